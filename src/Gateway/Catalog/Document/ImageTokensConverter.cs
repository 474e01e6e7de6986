using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Catalog.Document;

/// <summary>Reads <c>image_tokens</c> from a string or an object.</summary>
internal sealed class ImageTokensConverter : JsonConverter<ImageTokensSection>
{
    public override ImageTokensSection Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? new ImageTokensSection(reader.GetString(), null)
            : new ImageTokensSection(null, JsonSerializer.Deserialize(ref reader, CatalogJson.Default.ImageFormulaSection));

    public override void Write(Utf8JsonWriter writer, ImageTokensSection value, JsonSerializerOptions options) =>
        throw new NotSupportedException("The catalog is only read.");
}
