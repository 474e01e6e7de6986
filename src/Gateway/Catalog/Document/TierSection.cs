namespace Gateway.Catalog.Document;

/// <summary>One of the file's <c>tiers</c>.</summary>
internal sealed record TierSection
{
    public long? RequestsPerMinute { get; init; }

    public long? TokensPerMinute { get; init; }

    public long? ConcurrentRequests { get; init; }

    public Dictionary<string, ModelLimitsSection>? Models { get; init; }
}
