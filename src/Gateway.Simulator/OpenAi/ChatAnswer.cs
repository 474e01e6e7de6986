using Gateway.Simulator.Answers;
using Gateway.Simulator.Azure;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>What is answered to a chat request, before it takes its form as JSON or as a stream.</summary>
internal sealed class ChatAnswer : PlannedAnswer
{
    private readonly long _createdAt;

    private ChatAnswer(ChatRequest request, Behavior behavior, long number, long createdAt, bool filtered)
        : base(request, behavior, number, "call_sim")
    {
        Request = request;
        _createdAt = createdAt;
        Filtered = filtered;
        Model = behavior.DatedModel == true ? $"{request.Model}-2024-08-06" : request.Model ?? "";
        FinishReason = behavior.FinishReason ?? End switch
        {
            AnswerEnd.Length => "length",
            AnswerEnd.ToolCalls => "tool_calls",
            _ => "stop",
        };
    }

    public ChatRequest Request { get; }

    public string Model { get; }

    public string FinishReason { get; }

    /// <summary>The text is that of a refusal.</summary>
    public bool Refuses => Behavior.Refusal is not null;

    /// <summary>Azure's content filter has looked at the choices; see <see cref="ContentFilter"/>.</summary>
    public bool Filtered { get; }

    /// <summary>The verdict on the prompt is told.</summary>
    public bool TellsPromptFilter => Behavior.PromptFilter ?? Filtered;

    /// <summary>Plans the answer to a request.</summary>
    /// <param name="request">The request to answer.</param>
    /// <param name="behavior">How to answer it.</param>
    /// <param name="number">Makes the identifiers; different for each answer.</param>
    /// <param name="createdAt">Unix time in seconds.</param>
    /// <param name="filtered">Azure answers.</param>
    public static ChatAnswer To(ChatRequest request, Behavior behavior, long number, long createdAt, bool filtered = false) =>
        new(request, behavior, number, createdAt, filtered);

    /// <summary>The fields that JSON answers and chunks begin with, from the brace to before the model's own.</summary>
    public void WriteHead(Utf8Buffer to, ReadOnlySpan<byte> objectName)
    {
        to.Raw("{\"id\":\"chatcmpl-sim"u8);
        to.Hex(Number);
        to.Raw("\",\"object\":\""u8);
        if (Behavior.ObjectName is { } name)
        {
            to.Text(name);
        }
        else
        {
            to.Raw(objectName);
        }

        to.Raw("\",\"created\":"u8);
        to.Number(_createdAt);
        to.Raw(",\"model\":\""u8);
        to.Text(Model);
        to.Raw("\""u8);
    }

    /// <summary>Writes the usage object.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="emitted">Tokens sent until now, without reasoning.</param>
    public void WriteUsage(Utf8Buffer to, long emitted) =>
        Usage.Write(TokenCounts.Of(Behavior, Request.PromptTokens, emitted, Thought), to);
}
