using Gateway.Simulator.Behaviors;

namespace Gateway.Simulator.Answers;

/// <summary>The tokens that an answer reports.</summary>
/// <param name="Prompt">All of the prompt, with what was read from and written to the cache.</param>
/// <param name="Cached">Of these, read from the cache.</param>
/// <param name="Written">Of these, written to the cache; null = not reported where a dialect may leave it out.</param>
/// <param name="Image">Of these, the images'; null = as counted, where the dialect reports them at all.</param>
/// <param name="Completion">All of the answer, with its reasoning.</param>
/// <param name="Reasoning">Of these, reasoning.</param>
internal readonly record struct TokenCounts(long Prompt, long Cached, long? Written, long? Image, long Completion, long Reasoning)
{
    /// <summary>The counts of one answer.</summary>
    /// <param name="behavior">May put other numbers in place of those counted.</param>
    /// <param name="prompt">Prompt tokens as estimated.</param>
    /// <param name="emitted">Tokens sent, over all choices, without reasoning.</param>
    /// <param name="thought">Tokens of reasoning.</param>
    public static TokenCounts Of(Behavior behavior, long prompt, long emitted, long thought)
    {
        if (behavior.Usage is UsageReport.Zero)
        {
            return default;
        }

        var reasoning = behavior.ReasoningTokens ?? thought;
        return new TokenCounts(
            behavior.PromptTokens ?? prompt,
            behavior.CachedTokens ?? 0,
            behavior.CacheWriteTokens,
            behavior.ImageTokens,
            behavior.CompletionTokens ?? emitted + reasoning,
            reasoning);
    }
}
