namespace Gateway.Catalog.Document;

/// <summary>One of the file's <c>providers</c>. The values may hold <c>${NAME}</c>. A class: a record would print its key.</summary>
internal sealed class ProviderSection
{
    public string? Dialect { get; init; }

    public string? BaseUrl { get; init; }

    public string? ApiKey { get; init; }

    public string[]? ApiKeys { get; init; }

    public string? ApiVersion { get; init; }
}
