using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Answers;

/// <summary>What is answered to a request, before it takes the form of a dialect, as JSON or as a stream.</summary>
internal abstract class PlannedAnswer
{
    private const int TokensPerToolCall = 1;
    private const int UsualThoughts = 6;
    private const string UsualRefusal = "I cannot help with that.";

    /// <summary>Plans the answer to a request.</summary>
    /// <param name="request">The request to answer.</param>
    /// <param name="behavior">How to answer it.</param>
    /// <param name="number">Makes the identifiers; different for each answer.</param>
    /// <param name="callPrefix">What the identifiers of tool calls begin with.</param>
    protected PlannedAnswer(Conversation request, Behavior behavior, long number, string callPrefix)
    {
        Behavior = behavior;
        Number = number;
        ToolCalls = PlanToolCalls(request, behavior, number, callPrefix);
        Thoughts = new AnswerText(null, behavior.Thoughts ?? (request.Thinks ? UsualThoughts : 0));
        long emitted;
        if (ToolCalls.Length > 0)
        {
            End = AnswerEnd.ToolCalls;
            emitted = ToolCalls.Sum(call => (long)call.Deltas + TokensPerToolCall);
        }
        else
        {
            Text = PlanText(request, behavior, out var end);
            End = end;
            emitted = Text.Count;
        }

        Emitted = emitted * request.Choices;
        Thought = (long)Thoughts.Count * request.Choices;
    }

    public Behavior Behavior { get; }

    public ToolCall[] ToolCalls { get; }

    /// <summary>The answer's text, or that of its refusal.</summary>
    public AnswerText Text { get; }

    /// <summary>The reasoning before the answer; counted in every dialect, shown where the dialect has a place for it.</summary>
    public AnswerText Thoughts { get; }

    public AnswerEnd End { get; }

    /// <summary>Tokens sent, over all choices, without the reasoning.</summary>
    public long Emitted { get; }

    /// <summary>Tokens of reasoning, over all choices.</summary>
    public long Thought { get; }

    protected long Number { get; }

    /// <summary>Writes all of the text, as the inside of a JSON string.</summary>
    public void WriteText(Utf8Buffer to)
    {
        var first = true;
        foreach (var token in Text)
        {
            if (first && Behavior.BigEvent is { } size)
            {
                to.Repeat((byte)'x', size);
            }
            else
            {
                to.Text(token);
            }

            first = false;
        }
    }

    /// <summary>Writes all of the reasoning, as the inside of a JSON string.</summary>
    public void WriteThoughts(Utf8Buffer to)
    {
        foreach (var token in Thoughts)
        {
            to.Text(token);
        }
    }

    private static ToolCall[] PlanToolCalls(Conversation request, Behavior behavior, long number, string prefix)
    {
        if (request.Tools is not { Count: > 0 } tools || request.MayNotCall || behavior.Refusal is not null)
        {
            return [];
        }

        var forced = request.MustCall || request.NamedTool is not null ? 1 : 0;
        var calls = new ToolCall[Math.Min(Math.Max(behavior.ToolCalls ?? 0, forced), request.OneCall ? 1 : int.MaxValue)];
        for (var i = 0; i < calls.Length; i++)
        {
            calls[i] = new ToolCall(
                $"{prefix}{number:x16}{i:x2}",
                request.NamedTool ?? tools[i % tools.Count],
                $$"""{"query":"what the pictures show","call":{{i + 1}}}""");
        }

        return calls;
    }

    private static AnswerText PlanText(Conversation request, Behavior behavior, out AnswerEnd end)
    {
        var sentence = behavior switch
        {
            { Refusal: { } refusal } => refusal is "" ? UsualRefusal : refusal,
            { Text: { } text } => text,
            { Tokens: not null } or { Endless: true } => null,
            _ => request.WantedJson
                ?? $"You asked '{request.Question}' and sent {request.Images} {(request.Images == 1 ? "image" : "images")}.",
        };
        if (behavior.Endless == true)
        {
            end = AnswerEnd.Length;
            return new AnswerText(null, int.MaxValue);
        }

        var wanted = sentence is null ? behavior.Tokens ?? 0 : AnswerText.CountWords(sentence);
        end = wanted > request.MaxTokens ? AnswerEnd.Length
            : behavior.Refusal is not null ? AnswerEnd.Refusal
            : AnswerEnd.Stop;
        return new AnswerText(sentence, Math.Min(wanted, request.MaxTokens));
    }
}
