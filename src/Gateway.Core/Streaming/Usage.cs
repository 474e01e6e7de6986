namespace Gateway.Core.Streaming;

/// <summary>
/// What one answer used. Tokens are in OpenAI's meaning: <see cref="PromptTokens"/> includes cached, cache-write, audio and image tokens,
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

    /// <summary>Images that the answer brought.</summary>
    public long OutputImages { get; init; }

    /// <summary>Seconds of audio that were sent in, a begun one as a whole.</summary>
    public long Seconds { get; init; }

    /// <summary>Unicode code points of the text that was spoken or judged.</summary>
    public long Characters { get; init; }

    /// <summary>Whether nothing was used that anything could be charged for.</summary>
    public bool IsNothing => this is { PromptTokens: 0, CompletionTokens: 0, OutputImages: 0, Seconds: 0, Characters: 0 };

    public long TotalTokens => PromptTokens + CompletionTokens;
}
