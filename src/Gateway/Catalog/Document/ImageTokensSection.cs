using System.Text.Json.Serialization;

namespace Gateway.Catalog.Document;

/// <summary><c>image_tokens</c>: a formula's name, or the formula in full.</summary>
/// <param name="Name">The name, or null.</param>
/// <param name="Formula">The formula, or null.</param>
[JsonConverter(typeof(ImageTokensConverter))]
internal sealed record ImageTokensSection(string? Name, ImageFormulaSection? Formula);
