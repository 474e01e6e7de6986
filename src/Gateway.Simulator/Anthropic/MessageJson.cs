using Gateway.Simulator.Answers;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Anthropic;

/// <summary>A message as one JSON object.</summary>
internal static class MessageJson
{
    public static async Task SendAsync(HttpResponse response, MessageAnswer answer, TimeProvider time, CancellationToken cancellationToken)
    {
        using var buffer = new Utf8Buffer();
        answer.WriteHead(buffer);
        if (answer.Behavior.Endless == true)
        {
            buffer.Raw("{\"type\":\"text\",\"text\":\""u8);
            await EndlessJson.SendAsync(response, buffer, answer, time, cancellationToken);
            return;
        }

        WriteContent(answer, buffer);
        buffer.Raw("],"u8);
        answer.WriteStop(buffer);
        answer.WriteUsage(buffer, answer.Emitted, answer.Thought, whole: true);
        buffer.Raw("}"u8);
        await JsonAnswer.SendAsync(response, buffer.Memory, answer.Behavior, time, cancellationToken);
    }

    private static void WriteContent(MessageAnswer answer, Utf8Buffer to)
    {
        var separator = ""u8;
        if (answer.Thoughts.Count > 0)
        {
            to.Raw("{\"type\":\"thinking\",\"thinking\":\""u8);
            answer.WriteThoughts(to);
            to.Raw("\",\"signature\":"u8);
            to.Quoted(answer.Signature);
            to.Raw("}"u8);
            separator = ","u8;
        }

        foreach (var call in answer.ToolCalls)
        {
            to.Raw(separator);
            to.Raw("{\"type\":\"tool_use\",\"id\":"u8);
            to.Quoted(call.Id);
            to.Raw(",\"name\":"u8);
            to.Quoted(call.Name);
            to.Raw(",\"input\":"u8);
            to.Json(call.Arguments);
            to.Raw("}"u8);
            separator = ","u8;
        }

        if (answer.Text.Count > 0)
        {
            to.Raw(separator);
            to.Raw("{\"type\":\"text\",\"text\":\""u8);
            answer.WriteText(to);
            to.Raw("\"}"u8);
        }
    }
}
