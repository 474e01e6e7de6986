namespace Gateway.Catalog.Document;

/// <summary>A model's <c>timeouts</c>, each such as <c>5s</c>.</summary>
internal sealed record TimeoutsSection
{
    public string? Connect { get; init; }

    public string? FirstByte { get; init; }

    public string? Idle { get; init; }

    public string? Total { get; init; }
}
