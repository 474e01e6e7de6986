namespace Gateway.Core.Streaming;

/// <summary>
/// Tokens that one answer used, in OpenAI's meaning: <see cref="PromptTokens"/> includes cached, cache-write, audio and image tokens,
/// <see cref="CompletionTokens"/> includes reasoning, audio and image tokens. None is negative once
/// <see cref="UsageJudge"/> has let it pass.
/// </summary>
public readonly record struct Usage
{
    public long PromptTokens { get; init; }

    public long CachedTokens { get; init; }

    public long CacheWriteTokens { get; init; }

    public long AudioInputTokens { get; init; }

    public long ImageInputTokens { get; init; }

    public long CompletionTokens { get; init; }

    public long ReasoningTokens { get; init; }

    public long AudioOutputTokens { get; init; }

    public long ImageOutputTokens { get; init; }

    public long TotalTokens => PromptTokens + CompletionTokens;
}
