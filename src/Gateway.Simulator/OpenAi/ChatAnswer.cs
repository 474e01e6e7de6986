using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>What is answered to a chat request, before it takes its form as JSON or as a stream.</summary>
internal sealed class ChatAnswer
{
    private const int TokensPerToolCall = 1;

    private ChatAnswer(ChatRequest request, Behavior behavior, long number, long createdAt)
    {
        Request = request;
        Behavior = behavior;
        Number = number;
        CreatedAt = createdAt;
        Model = behavior.DatedModel == true ? $"{request.Model}-2024-08-06" : request.Model ?? "";
        ToolCalls = PlanToolCalls(request, behavior, number);
        long emitted;
        string finish;
        if (ToolCalls.Length > 0)
        {
            finish = "tool_calls";
            emitted = ToolCalls.Sum(call => (long)call.Deltas + TokensPerToolCall);
        }
        else
        {
            Text = PlanText(request, behavior, out finish);
            emitted = Text.Count;
        }

        FinishReason = behavior.FinishReason ?? finish;
        Emitted = emitted * request.Choices;
    }

    public ChatRequest Request { get; }

    public Behavior Behavior { get; }

    public string Model { get; }

    public ToolCall[] ToolCalls { get; }

    public AnswerText Text { get; }

    public string FinishReason { get; }

    /// <summary>Tokens sent, over all choices.</summary>
    public long Emitted { get; }

    private long Number { get; }

    private long CreatedAt { get; }

    /// <summary>Plans the answer to a request.</summary>
    /// <param name="request">The request to answer.</param>
    /// <param name="behavior">How to answer it.</param>
    /// <param name="number">Makes the identifiers; different for each answer.</param>
    /// <param name="createdAt">Unix time in seconds.</param>
    public static ChatAnswer To(ChatRequest request, Behavior behavior, long number, long createdAt) =>
        new(request, behavior, number, createdAt);

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
        to.Number(CreatedAt);
        to.Raw(",\"model\":\""u8);
        to.Text(Model);
        to.Raw("\""u8);
    }

    private static ToolCall[] PlanToolCalls(ChatRequest request, Behavior behavior, long number)
    {
        if (request.Tools is not { Count: > 0 } tools || request.ToolChoice is "none")
        {
            return [];
        }

        var forced = request.ToolChoice is "required" || request.NamedTool is not null ? 1 : 0;
        var calls = new ToolCall[Math.Max(behavior.ToolCalls ?? 0, forced)];
        for (var i = 0; i < calls.Length; i++)
        {
            calls[i] = new ToolCall(
                $"call_sim{number:x16}{i:x2}",
                request.NamedTool ?? tools[i % tools.Count],
                $$"""{"query":"what the pictures show","call":{{i + 1}}}""");
        }

        return calls;
    }

    private static AnswerText PlanText(ChatRequest request, Behavior behavior, out string finish)
    {
        var sentence = behavior switch
        {
            { Text: { } text } => text,
            { Tokens: not null } or { Endless: true } => null,
            _ => $"You asked '{request.Question}' and sent {request.Images} {(request.Images == 1 ? "image" : "images")}.",
        };
        if (behavior.Endless == true)
        {
            finish = "length";
            return new AnswerText(null, int.MaxValue);
        }

        var wanted = sentence is null ? behavior.Tokens ?? 0 : AnswerText.CountWords(sentence);
        finish = wanted > request.MaxTokens ? "length" : "stop";
        return new AnswerText(sentence, Math.Min(wanted, request.MaxTokens));
    }
}
