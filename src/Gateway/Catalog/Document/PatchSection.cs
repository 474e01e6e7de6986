namespace Gateway.Catalog.Document;

/// <summary>A patch formula in full.</summary>
internal sealed record PatchSection
{
    public string? Multiplier { get; init; }

    public long? MaxSide { get; init; }

    public long? Budget { get; init; }

    public PatchDetailSection? Low { get; init; }

    public PatchDetailSection? Original { get; init; }

    public string? AutoDetail { get; init; }

    public long? RejectAbove { get; init; }
}
