using Gateway.Simulator.Answers;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>A response as one JSON object.</summary>
internal static class ResponsesJson
{
    public static async Task SendAsync(HttpResponse response, ResponsesAnswer answer, TimeProvider time, CancellationToken cancellationToken)
    {
        using var buffer = new Utf8Buffer();
        if (answer.Behavior.Endless == true)
        {
            answer.WriteHead(buffer, "completed");
            buffer.Raw("{\"id\":\"msg_sim\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\""u8);
            await EndlessJson.SendAsync(response, buffer, answer, time, cancellationToken);
            return;
        }

        answer.WriteWhole(buffer, answer.Emitted);
        await JsonAnswer.SendAsync(response, buffer.Memory, answer.Behavior, time, cancellationToken);
    }
}
