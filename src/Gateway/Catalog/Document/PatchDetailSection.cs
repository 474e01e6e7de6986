namespace Gateway.Catalog.Document;

/// <summary>What a patch formula does at another detail.</summary>
internal sealed record PatchDetailSection
{
    public long? MaxSide { get; init; }

    public long? Budget { get; init; }

    public long? RejectAbove { get; init; }
}
