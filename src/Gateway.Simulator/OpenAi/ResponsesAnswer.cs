using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>What is answered to a request to the Responses API, before it takes its form as JSON or as a stream.</summary>
internal sealed class ResponsesAnswer : PlannedAnswer
{
    private readonly long _createdAt;
    private readonly string _tag;

    private ResponsesAnswer(ResponsesRequest request, Behavior behavior, int run, long number, long createdAt)
        : base(request, behavior, number, $"call_sim{run:x8}")
    {
        Request = request;
        _createdAt = createdAt;
        _tag = $"sim{run:x8}{number:x16}";
        Id = $"resp_{_tag}";
        Model = behavior.DatedModel == true ? $"{request.Model}-2024-08-06" : request.Model ?? "";
        Status = behavior.FinishReason switch
        {
            "failed" => "failed",
            "length" or "max_output_tokens" or "content_filter" => "incomplete",
            null when End is AnswerEnd.Length => "incomplete",
            _ => "completed",
        };
    }

    public ResponsesRequest Request { get; }

    public string Id { get; }

    public string Model { get; }

    /// <summary>The response's status at its end.</summary>
    public string Status { get; }

    /// <summary>The text is that of a refusal.</summary>
    public bool Refuses => Behavior.Refusal is not null;

    /// <summary>Ids of all that is in the output, in order.</summary>
    public IEnumerable<string> Items
    {
        get
        {
            if (Thoughts.Count > 0)
            {
                yield return ItemId("rs");
            }

            if (ToolCalls.Length == 0)
            {
                yield return ItemId("msg");
            }

            for (var i = 0; i < ToolCalls.Length; i++)
            {
                yield return CallItemId(i);
            }
        }
    }

    /// <summary>Plans the answer to a request.</summary>
    /// <param name="request">The request to answer.</param>
    /// <param name="behavior">How to answer it.</param>
    /// <param name="run">Tells the identifiers of this simulator from those of others, which whoever keeps them may still have.</param>
    /// <param name="number">Makes the identifiers; different for each answer.</param>
    /// <param name="createdAt">Unix time in seconds.</param>
    public static ResponsesAnswer To(ResponsesRequest request, Behavior behavior, int run, long number, long createdAt) => new(request, behavior, run, number, createdAt);

    public string ItemId(string prefix) => $"{prefix}_{_tag}";

    public string CallItemId(int index) => $"fc_{_tag}{index:x2}";

    /// <summary>Writes the response as it is before its end.</summary>
    public void WriteBegun(Utf8Buffer to)
    {
        WriteHead(to, "in_progress");
        to.Raw("],\"usage\":null}"u8);
    }

    /// <summary>Writes the whole response.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="emitted">Tokens sent, without reasoning.</param>
    public void WriteWhole(Utf8Buffer to, long emitted)
    {
        WriteHead(to, Status);
        WriteOutput(to);
        to.Raw("]"u8);
        if (Behavior.Usage is not UsageReport.Omitted)
        {
            to.Raw(",\"usage\":"u8);
            WriteUsage(to, emitted);
        }

        to.Raw("}"u8);
    }

    /// <summary>Everything up to inside the array of the output.</summary>
    public void WriteHead(Utf8Buffer to, string status)
    {
        to.Raw("{\"id\":"u8);
        to.Quoted(Id);
        to.Raw(",\"object\":"u8);
        to.Quoted(Behavior.ObjectName ?? "response");
        to.Raw(",\"created_at\":"u8);
        to.Number(_createdAt);
        to.Raw(",\"status\":"u8);
        to.Quoted(status);
        to.Raw(",\"background\":false,\"error\":"u8);
        if (status is "failed")
        {
            to.Raw("{\"code\":"u8);
            to.Quoted(Behavior.Code ?? "server_error");
            to.Raw(",\"message\":"u8);
            to.Quoted(Behavior.Message ?? "The model failed to generate a response.");
            to.Raw("}"u8);
        }
        else
        {
            to.Raw("null"u8);
        }

        to.Raw(",\"incomplete_details\":"u8);
        to.Json(status is not "incomplete" ? "null" : Behavior.FinishReason is "content_filter" ? "{\"reason\":\"content_filter\"}" : "{\"reason\":\"max_output_tokens\"}");
        to.Raw(",\"model\":"u8);
        to.Quoted(Model);
        to.Raw(",\"parallel_tool_calls\":"u8);
        to.Raw(Request.OneCall ? "false"u8 : "true"u8);
        Echo(to, "instructions", "null");
        Echo(to, "max_output_tokens", "null");
        Echo(to, "metadata", "{}");
        Echo(to, "previous_response_id", "null");
        Echo(to, "store", "true");
        Echo(to, "temperature", "1.0");
        Echo(to, "text", "{\"format\":{\"type\":\"text\"}}");
        Echo(to, "tool_choice", "\"auto\"");
        Echo(to, "tools", "[]");
        Echo(to, "top_p", "1.0");
        Echo(to, "user", "null");
        to.Raw(",\"reasoning\":{\"effort\":null,\"summary\":null},\"service_tier\":\"default\",\"truncation\":\"disabled\",\"output\":["u8);
    }

    /// <summary>Writes the item of the reasoning, with or without its text.</summary>
    public void WriteReasoning(Utf8Buffer to, bool whole)
    {
        to.Raw("{\"id\":"u8);
        to.Quoted(ItemId("rs"));
        to.Raw(",\"type\":\"reasoning\",\"summary\":["u8);
        if (whole)
        {
            to.Raw("{\"type\":\"summary_text\",\"text\":\""u8);
            WriteThoughts(to);
            to.Raw("\"}"u8);
        }

        to.Raw("]}"u8);
    }

    /// <summary>Writes the item of the message, with or without its text.</summary>
    public void WriteMessage(Utf8Buffer to, bool whole)
    {
        to.Raw("{\"id\":"u8);
        to.Quoted(ItemId("msg"));
        to.Raw(",\"type\":\"message\",\"status\":"u8);
        to.Quoted(!whole ? "in_progress" : Status is "incomplete" ? "incomplete" : "completed");
        to.Raw(",\"role\":\"assistant\",\"content\":["u8);
        if (whole)
        {
            WritePart(to, whole);
        }

        to.Raw("]}"u8);
    }

    /// <summary>Writes the part of the message's content, with or without its text.</summary>
    public void WritePart(Utf8Buffer to, bool whole)
    {
        to.Raw(Refuses ? "{\"type\":\"refusal\",\"refusal\":\""u8 : "{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\""u8);
        if (whole)
        {
            WriteText(to);
        }

        to.Raw("\"}"u8);
    }

    /// <summary>Writes the item of a call, with or without its arguments.</summary>
    public void WriteCall(Utf8Buffer to, int index, bool whole)
    {
        var call = ToolCalls[index];
        to.Raw("{\"id\":"u8);
        to.Quoted(CallItemId(index));
        to.Raw(",\"type\":\"function_call\",\"status\":"u8);
        to.Quoted(whole ? "completed" : "in_progress");
        to.Raw(",\"call_id\":"u8);
        to.Quoted(call.Id);
        to.Raw(",\"name\":"u8);
        to.Quoted(call.Name);
        to.Raw(",\"arguments\":"u8);
        to.Quoted(whole ? call.Arguments : "");
        to.Raw("}"u8);
    }

    private void WriteOutput(Utf8Buffer to)
    {
        var first = true;
        if (Thoughts.Count > 0)
        {
            WriteReasoning(to, whole: true);
            first = false;
        }

        if (ToolCalls.Length == 0 && Status is not "failed")
        {
            to.Raw(first ? ""u8 : ","u8);
            WriteMessage(to, whole: true);
        }

        for (var i = 0; i < ToolCalls.Length; i++)
        {
            to.Raw(first && i == 0 ? ""u8 : ","u8);
            WriteCall(to, i, whole: true);
        }
    }

    private void WriteUsage(Utf8Buffer to, long emitted)
    {
        if (Behavior.Usage is UsageReport.Null)
        {
            to.Raw("null"u8);
            return;
        }

        var counts = TokenCounts.Of(Behavior, Request.PromptTokens, emitted, Thought);
        to.Raw("{\"input_tokens\":"u8);
        to.Number(counts.Prompt);
        to.Raw(",\"input_tokens_details\":{\"cached_tokens\":"u8);
        to.Number(counts.Cached);
        to.Raw(",\"cache_write_tokens\":"u8);
        to.Number(counts.Written ?? 0);
        to.Raw("},\"output_tokens\":"u8);
        to.Number(counts.Completion);
        to.Raw(",\"output_tokens_details\":{\"reasoning_tokens\":"u8);
        to.Number(counts.Reasoning);
        to.Raw("},\"total_tokens\":"u8);
        to.Number(counts.Prompt + counts.Completion);
        to.Raw("}"u8);
    }

    private void Echo(Utf8Buffer to, string name, string usual)
    {
        to.Raw(",\""u8);
        to.Text(name);
        to.Raw("\":"u8);
        to.Json(Request.Echo.GetValueOrDefault(name, usual));
    }
}
