namespace Gateway.Catalog.Document;

/// <summary>The rates of a price: decimal strings of US dollars.</summary>
internal record RatesSection
{
    public string? PerRequest { get; init; }

    public string? Input { get; init; }

    public string? CachedInput { get; init; }

    public string? CacheWrite { get; init; }

    public string? Output { get; init; }

    public string? Reasoning { get; init; }

    public string? AudioInput { get; init; }

    public string? AudioOutput { get; init; }

    public string? ImageInput { get; init; }

    public string? ImageOutput { get; init; }

    public string? PerImage { get; init; }

    public string? PerSecond { get; init; }

    public string? PerCharacter { get; init; }
}
