namespace Gateway.Catalog.Document;

/// <summary>The file's <c>images</c>.</summary>
internal sealed record ImagesSection
{
    public long? MaxBytes { get; init; }

    public long? MaxPerRequest { get; init; }

    public string[]? Formats { get; init; }

    public FetchSection? Fetch { get; init; }
}
