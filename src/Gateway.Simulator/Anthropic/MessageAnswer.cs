using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Anthropic;

/// <summary>A message in answer to a request, before it takes its form as JSON or as a stream.</summary>
internal sealed class MessageAnswer : PlannedAnswer
{
    private const string AtStopSequence = "stop_sequence";

    public MessageAnswer(MessageRequest request, Behavior behavior, long number)
        : base(request, behavior, number, "toolu_sim")
    {
        Request = request;
        Model = behavior.DatedModel == true ? $"{request.Model}-20250929" : request.Model ?? "";
        StopReason = behavior.FinishReason ?? End switch
        {
            AnswerEnd.Length => "max_tokens",
            AnswerEnd.ToolCalls => "tool_use",
            AnswerEnd.Refusal => "refusal",
            _ => "end_turn",
        };
    }

    public MessageRequest Request { get; }

    public string Model { get; }

    public string StopReason { get; }

    /// <summary>Of the reasoning.</summary>
    public string Signature => ThoughtSignature.Of(Number);

    /// <summary>The fields of a message up to before its content.</summary>
    public void WriteHead(Utf8Buffer to)
    {
        to.Raw("{\"id\":\"msg_sim"u8);
        to.Hex(Number);
        to.Raw("\",\"type\":"u8);
        to.Quoted(Behavior.ObjectName ?? "message");
        to.Raw(",\"role\":\"assistant\",\"model\":"u8);
        to.Quoted(Model);
        to.Raw(",\"content\":["u8);
    }

    /// <summary>The fields that tell why the message ends.</summary>
    public void WriteStop(Utf8Buffer to)
    {
        to.Raw("\"stop_reason\":"u8);
        to.Quoted(StopReason);
        to.Raw(",\"stop_sequence\":"u8);
        to.Quoted(StopReason is AtStopSequence ? Request.StopSequence : null);
    }

    /// <summary>Writes the field <c>usage</c> and the comma before it, or nothing where it is not to be told here.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="emitted">Tokens sent until now, without reasoning.</param>
    /// <param name="thought">Tokens of reasoning sent until now.</param>
    /// <param name="whole">With what only a whole message tells.</param>
    public void WriteUsage(Utf8Buffer to, long emitted, long thought, bool whole)
    {
        if (Behavior.Usage is UsageReport.Omitted)
        {
            return;
        }

        to.Raw(",\"usage\":"u8);
        if (Behavior.Usage is UsageReport.Null)
        {
            to.Raw("null"u8);
        }
        else
        {
            Usage.Write(TokenCounts.Of(Behavior, Request.PromptTokens, emitted, thought), whole, to);
        }
    }
}
