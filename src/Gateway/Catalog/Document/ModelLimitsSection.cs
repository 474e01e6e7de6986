namespace Gateway.Catalog.Document;

/// <summary>A tier's limits of one model.</summary>
internal sealed record ModelLimitsSection
{
    public long? RequestsPerMinute { get; init; }

    public long? TokensPerMinute { get; init; }

    public long? ConcurrentRequests { get; init; }
}
