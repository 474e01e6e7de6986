using System.Text.Json;

namespace Gateway.Catalog.Document;

/// <summary>A model's <c>parameters</c>.</summary>
internal sealed record ParametersSection
{
    public Dictionary<string, JsonElement>? Defaults { get; init; }

    public string[]? Drop { get; init; }

    public string[]? Reject { get; init; }
}
