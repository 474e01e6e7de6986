namespace Gateway.Core.Streaming;

/// <summary>
/// Whether a provider's usage may be billed. One that may not is as good as none: the bill is counted instead. Details that do not fit
/// into their whole are no reason to refuse it, since billing cuts them to it.
/// </summary>
public static class UsageJudge
{
    /// <summary>More tokens than any model reads or writes in one answer.</summary>
    public const long Most = 1_000_000_000;

    // Providers differ in what they count into a maximum: tokens of tool calls, of the end, of a thought's close.
    private const int Tolerance = 2;
    private const long Slack = 1_000;

    /// <summary>The completion tokens up to which a usage is believed: twice what all answers may have, and 1,000.</summary>
    /// <param name="allowed">Completion tokens that one answer may have, or null where nobody said.</param>
    /// <param name="n">Answers asked for.</param>
    /// <returns>At most <see cref="Most"/>.</returns>
    public static long MostCompletion(long? allowed, int n) =>
        allowed is { } each ? (long)Int128.Min(((Int128)each * n * Tolerance) + Slack, Most) : Most;

    /// <param name="reported">As the provider gave it.</param>
    /// <param name="mostCompletion">From <see cref="MostCompletion"/>.</param>
    public static UsageProblem Judge(in Usage reported, long mostCompletion) =>
        !AreSound(reported) ? UsageProblem.OutOfRange
        : reported is { PromptTokens: 0, Seconds: 0 } ? UsageProblem.NoPrompt
        : reported.CompletionTokens > mostCompletion ? UsageProblem.TooLong
        : UsageProblem.None;

    private static bool AreSound(in Usage usage) =>
        IsSound(usage.PromptTokens)
        && IsSound(usage.CachedTokens)
        && IsSound(usage.CacheWriteTokens)
        && IsSound(usage.AudioInputTokens)
        && IsSound(usage.ImageInputTokens)
        && IsSound(usage.CompletionTokens)
        && IsSound(usage.ReasoningTokens)
        && IsSound(usage.AudioOutputTokens)
        && IsSound(usage.ImageOutputTokens)
        && IsSound(usage.OutputImages)
        && IsSound(usage.Seconds)
        && IsSound(usage.Characters);

    private static bool IsSound(long tokens) => tokens is >= 0 and <= Most;
}
