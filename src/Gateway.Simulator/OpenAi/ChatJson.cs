using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>A chat answer as one JSON object.</summary>
internal static class ChatJson
{
    public static async Task SendAsync(HttpResponse response, ChatAnswer answer, TimeProvider time, CancellationToken cancellationToken)
    {
        using var buffer = new Utf8Buffer();
        if (answer.Behavior.Endless == true)
        {
            await SendEndlessAsync(response, answer, buffer, time, cancellationToken);
            return;
        }

        Write(answer, buffer);
        await JsonAnswer.SendAsync(response, buffer.Memory, answer.Behavior, time, cancellationToken);
    }

    private static void Write(ChatAnswer answer, Utf8Buffer to)
    {
        answer.WriteHead(to, "chat.completion"u8);
        to.Raw(",\"choices\":["u8);
        for (var choice = 0; choice < answer.Request.Choices; choice++)
        {
            to.Raw(choice == 0 ? "{\"index\":"u8 : ",{\"index\":"u8);
            to.Number(choice);
            to.Raw(",\"message\":{\"role\":\"assistant\",\"content\":"u8);
            WriteMessage(answer, choice, to);
            to.Raw(",\"logprobs\":null,\"finish_reason\":"u8);
            to.Quoted(answer.FinishReason);
            to.Raw("}"u8);
        }

        to.Raw("]"u8);
        if (answer.Behavior.Usage is not UsageReport.Omitted)
        {
            to.Raw(",\"usage\":"u8);
            if (answer.Behavior.Usage is UsageReport.Null)
            {
                to.Raw("null"u8);
            }
            else
            {
                Usage.Of(answer.Behavior, answer.Request.PromptTokens, answer.Emitted).Write(to);
            }
        }

        if (answer.Behavior.PromptFilter == true)
        {
            to.Raw(","u8);
            to.Raw(PromptFilter.Results);
        }

        to.Raw(",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_simulator\"}"u8);
    }

    private static void WriteMessage(ChatAnswer answer, int choice, Utf8Buffer to)
    {
        if (answer.ToolCalls.Length == 0)
        {
            to.Raw("\""u8);
            var first = true;
            foreach (var token in answer.Text)
            {
                if (first && answer.Behavior.BigEvent is { } size)
                {
                    to.Repeat((byte)'x', size);
                }
                else
                {
                    to.Text(token);
                }

                first = false;
            }

            to.Raw("\",\"refusal\":null,\"annotations\":[]}"u8);
            return;
        }

        to.Raw("null,\"refusal\":null,\"annotations\":[],\"tool_calls\":["u8);
        for (var i = 0; i < answer.ToolCalls.Length; i++)
        {
            var call = answer.ToolCalls[i];
            to.Raw(i == 0 ? "{\"id\":\""u8 : ",{\"id\":\""u8);
            to.Text(call.Id);
            to.Raw("-"u8);
            to.Number(choice);
            to.Raw("\",\"type\":\"function\",\"function\":{\"name\":"u8);
            to.Quoted(call.Name);
            to.Raw(",\"arguments\":"u8);
            to.Quoted(call.Arguments);
            to.Raw("}}"u8);
        }

        to.Raw("]}"u8);
    }

    private static async Task SendEndlessAsync(
        HttpResponse response, ChatAnswer answer, Utf8Buffer buffer, TimeProvider time, CancellationToken cancellationToken)
    {
        response.ContentType = "application/json";
        answer.WriteHead(buffer, "chat.completion"u8);
        buffer.Raw(",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""u8);
        var tokens = answer.Text.GetEnumerator();
        while (tokens.MoveNext())
        {
            buffer.Text(tokens.Current);
            var result = await response.BodyWriter.WriteAsync(buffer.Memory, cancellationToken);
            buffer.Truncate(0);
            if (result.IsCompleted)
            {
                throw new OperationCanceledException("The client is gone.");
            }

            await Task.Delay(answer.Behavior.Pace ?? TimeSpan.Zero, time, cancellationToken);
        }
    }
}
