using System.Text.Json.Serialization;

namespace Gateway.Catalog.Document;

/// <summary>The catalog file as it is written, before any of it is judged.</summary>
internal sealed record CatalogDocument
{
    /// <summary>For editors; not read.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    public Dictionary<string, ProviderSection>? Providers { get; init; }

    public Dictionary<string, ModelSection>? Models { get; init; }

    public Dictionary<string, TierSection>? Tiers { get; init; }

    public ImagesSection? Images { get; init; }

    public LimitsSection? Limits { get; init; }
}
