using Gateway.Simulator.Answers;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Gemini;

/// <summary>Generated content as one JSON object, or as a list of that object where a stream was asked for that is none of events.</summary>
internal static class GenerateJson
{
    public static async Task SendAsync(
        HttpResponse response, GenerateAnswer answer, bool asList, TimeProvider time, CancellationToken cancellationToken)
    {
        using var buffer = new Utf8Buffer();
        buffer.Raw(asList ? "["u8 : ""u8);
        if (answer.Behavior.Blocked == true)
        {
            GenerateAnswer.WriteBlock(buffer);
            answer.WriteTail(buffer, 0, 0, last: true);
        }
        else if (answer.Behavior.Endless == true)
        {
            buffer.Raw("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\""u8);
            await EndlessJson.SendAsync(response, buffer, answer, time, cancellationToken);
            return;
        }
        else
        {
            WriteCandidates(answer, buffer);
            answer.WriteTail(buffer, answer.Emitted, answer.Thought, last: true);
        }

        buffer.Raw(asList ? "]"u8 : ""u8);
        await JsonAnswer.SendAsync(response, buffer.Memory, answer.Behavior, time, cancellationToken);
    }

    private static void WriteCandidates(GenerateAnswer answer, Utf8Buffer to)
    {
        to.Raw("{\"candidates\":["u8);
        for (var choice = 0; choice < answer.Request.Choices; choice++)
        {
            to.Raw(choice == 0 ? "{\"content\":{\"parts\":["u8 : ",{\"content\":{\"parts\":["u8);
            WriteParts(answer, to);
            to.Raw("],\"role\":\"model\"},\"finishReason\":"u8);
            to.Quoted(answer.FinishReason);
            to.Raw(",\"index\":"u8);
            to.Number(choice);
            to.Raw("}"u8);
        }

        to.Raw("]"u8);
    }

    private static void WriteParts(GenerateAnswer answer, Utf8Buffer to)
    {
        var separator = ""u8;
        if (answer.Thoughts.Count > 0)
        {
            to.Raw("{\"text\":\""u8);
            answer.WriteThoughts(to);
            to.Raw("\",\"thought\":true}"u8);
            separator = ","u8;
        }

        for (var i = 0; i < answer.ToolCalls.Length; i++)
        {
            to.Raw(separator);
            answer.WriteCall(to, i);
            separator = ","u8;
        }

        if (answer.ToolCalls.Length == 0)
        {
            to.Raw(separator);
            to.Raw("{\"text\":\""u8);
            answer.WriteText(to);
            to.Raw("\""u8);
            if (answer.SignsText)
            {
                answer.WriteSignature(to);
            }

            to.Raw("}"u8);
        }
    }
}
