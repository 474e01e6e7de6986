namespace Gateway.Catalog.Document;

/// <summary>One of a model's <c>prices</c>.</summary>
internal sealed record PriceSection : RatesSection
{
    public string? From { get; init; }

    public RatesSection? List { get; init; }
}
