namespace Gateway.Catalog.Document;

/// <summary>A tile formula in full.</summary>
internal sealed record TileSection
{
    public long? Base { get; init; }

    public long? PerTile { get; init; }

    public string? AutoDetail { get; init; }
}
