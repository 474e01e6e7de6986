using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi.Texts;

/// <summary>What is answered to a request for text completions, as JSON or as a stream.</summary>
internal sealed class CompletionAnswer : PlannedAnswer
{
    private readonly long _createdAt;

    /// <param name="request">The request to answer.</param>
    /// <param name="behavior">How to answer it.</param>
    /// <param name="number">Makes the identifier; different for each answer.</param>
    /// <param name="createdAt">Unix time in seconds.</param>
    /// <param name="filtered">A content filter has looked at the prompts.</param>
    public CompletionAnswer(TextRequest request, Behavior behavior, long number, long createdAt, bool filtered)
        : base(request, behavior, number, "call_sim")
    {
        Request = request;
        _createdAt = createdAt;
        TellsPromptFilter = behavior.PromptFilter ?? filtered;
        FinishReason = behavior.FinishReason ?? (End is AnswerEnd.Length ? "length" : "stop");
    }

    public TextRequest Request { get; }

    public string FinishReason { get; }

    /// <summary>The verdict on the prompts is told.</summary>
    public bool TellsPromptFilter { get; }

    public static Task SendAsync(HttpResponse response, CompletionAnswer answer, TimeProvider time, CancellationToken cancellationToken) =>
        answer.Request.Stream && answer.Behavior.IgnoreStream != true
            ? CompletionStream.SendAsync(response, answer, time, cancellationToken)
            : CompletionJson.SendAsync(response, answer, time, cancellationToken);

    /// <summary>What a choice begins with: its prompt, where it is to be repeated.</summary>
    public string EchoOf(int choice) => Request.Echo ? Request.Texts[choice / Request.Each] : "";

    /// <summary>The fields that an answer and its chunks begin with, from the brace to before the choices.</summary>
    public void WriteHead(Utf8Buffer to)
    {
        to.Raw("{\"id\":\"cmpl-sim"u8);
        to.Hex(Number);
        to.Raw("\",\"object\":"u8);
        to.Quoted(Behavior.ObjectName ?? "text_completion");
        to.Raw(",\"created\":"u8);
        to.Number(_createdAt);
        to.Raw(",\"model\":"u8);
        to.Quoted(Behavior.DatedModel == true ? $"{Request.Model}-0914" : Request.Model);
        to.Raw(",\"choices\":["u8);
    }

    /// <summary>Writes the usage object.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="emitted">Tokens sent until now; those of answers that were made and not chosen come on top.</param>
    public void WriteUsage(Utf8Buffer to, long emitted)
    {
        var counts = TokenCounts.Of(Behavior, Request.PromptTokens, emitted * Request.BestOf / Request.Each, Thought);
        to.Json($$"""{"prompt_tokens":{{counts.Prompt}},"completion_tokens":{{counts.Completion}},"total_tokens":{{counts.Prompt + counts.Completion}}}""");
    }
}
