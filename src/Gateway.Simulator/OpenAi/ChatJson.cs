using Gateway.Simulator.Answers;
using Gateway.Simulator.Azure;
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
            answer.WriteHead(buffer, "chat.completion"u8);
            buffer.Raw(",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""u8);
            await EndlessJson.SendAsync(response, buffer, answer, time, cancellationToken);
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
            if (answer.Filtered)
            {
                to.Raw(","u8);
                to.Raw(ContentFilter.OfChoice);
            }

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
                answer.WriteUsage(to, answer.Emitted);
            }
        }

        if (answer.TellsPromptFilter)
        {
            to.Raw(","u8);
            to.Raw(ContentFilter.OfPrompt);
        }

        to.Raw(",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_simulator\"}"u8);
    }

    private static void WriteMessage(ChatAnswer answer, int choice, Utf8Buffer to)
    {
        if (answer.ToolCalls.Length == 0)
        {
            to.Raw(answer.Refuses ? "null,\"refusal\":\""u8 : "\""u8);
            answer.WriteText(to);
            to.Raw(answer.Refuses ? "\",\"annotations\":[]}"u8 : "\",\"refusal\":null,\"annotations\":[]}"u8);
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
}
