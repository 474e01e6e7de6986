namespace Gateway.Catalog.Document;

/// <summary>The file's <c>limits</c>.</summary>
internal sealed record LimitsSection
{
    public string? TokensCharge { get; init; }

    public long? DefaultCompletionTokens { get; init; }

    public string? WhenRedisIsDown { get; init; }
}
