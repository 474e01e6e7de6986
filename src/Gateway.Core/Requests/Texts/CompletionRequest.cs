namespace Gateway.Core.Requests.Texts;

/// <summary>What is known of the body of <c>/v1/completions</c>, beyond what every endpoint knows of its requests.</summary>
internal sealed record CompletionRequest : ParsedRequest
{
    /// <summary>Where each answer begins with its prompt: how long each prompt is, as <see cref="EchoedPrompt.LengthsOf"/> has it; else null.</summary>
    public IReadOnlyList<long>? Echoed { get; init; }

    /// <summary>Answers that come for each prompt.</summary>
    public int AnswersEach { get; init; } = 1;
}
