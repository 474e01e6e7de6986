namespace Gateway.Catalog.Document;

/// <summary><c>image_tokens</c> in full: one of the two.</summary>
internal sealed record ImageFormulaSection
{
    public TileSection? Tile { get; init; }

    public PatchSection? Patch { get; init; }
}
