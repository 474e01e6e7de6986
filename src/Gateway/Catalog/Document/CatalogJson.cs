using System.Text.Json.Serialization;

namespace Gateway.Catalog.Document;

/// <summary>The shape of the file, as the compiler knows it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CatalogDocument))]
[JsonSerializable(typeof(ImageFormulaSection))]
internal sealed partial class CatalogJson : JsonSerializerContext;
