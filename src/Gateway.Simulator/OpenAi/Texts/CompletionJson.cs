using Gateway.Simulator.Answers;
using Gateway.Simulator.Azure;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi.Texts;

/// <summary>Text completions as one JSON object.</summary>
internal static class CompletionJson
{
    public static async Task SendAsync(HttpResponse response, CompletionAnswer answer, TimeProvider time, CancellationToken cancellationToken)
    {
        using var buffer = new Utf8Buffer();
        answer.WriteHead(buffer);
        if (answer.Behavior.Endless == true)
        {
            buffer.Raw("{\"text\":\""u8);
            await EndlessJson.SendAsync(response, buffer, answer, time, cancellationToken);
            return;
        }

        for (var choice = 0; choice < answer.Request.Choices; choice++)
        {
            buffer.Raw(choice == 0 ? "{\"text\":\""u8 : ",{\"text\":\""u8);
            buffer.Text(answer.EchoOf(choice));
            answer.WriteText(buffer);
            buffer.Raw("\",\"index\":"u8);
            buffer.Number(choice);
            buffer.Raw(",\"logprobs\":null,\"finish_reason\":"u8);
            buffer.Quoted(answer.FinishReason);
            buffer.Raw("}"u8);
        }

        buffer.Raw("]"u8);
        if (answer.TellsPromptFilter)
        {
            buffer.Raw(","u8);
            buffer.Raw(ContentFilter.OfPrompt);
        }

        if (answer.Behavior.Usage is UsageReport.Null)
        {
            buffer.Raw(",\"usage\":null"u8);
        }
        else if (answer.Behavior.Usage is not UsageReport.Omitted)
        {
            buffer.Raw(",\"usage\":"u8);
            answer.WriteUsage(buffer, answer.Emitted);
        }

        buffer.Raw("}"u8);
        await JsonAnswer.SendAsync(response, buffer.Memory, answer.Behavior, time, cancellationToken);
    }
}
