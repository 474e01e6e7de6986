namespace Gateway.Catalog.Document;

/// <summary>A model's <c>retries</c>.</summary>
internal sealed record RetriesSection
{
    public long? Attempts { get; init; }

    public long? SameDeployment { get; init; }

    public string? Backoff { get; init; }
}
