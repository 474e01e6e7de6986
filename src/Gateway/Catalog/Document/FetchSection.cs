namespace Gateway.Catalog.Document;

/// <summary>The file's <c>images.fetch</c>.</summary>
internal sealed record FetchSection
{
    public bool? Enabled { get; init; }

    public string? Timeout { get; init; }

    public long? MaxHeaderBytes { get; init; }

    public string[]? AllowHosts { get; init; }

    public bool? AllowPrivateNetworks { get; init; }

    public string? WhenUnknown { get; init; }
}
