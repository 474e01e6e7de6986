using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Admin;

internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options)
    {
        try
        {
            writer.WriteRawValue(value.Text);
        }
        catch (JsonException)
        {
            // A column's text was mended where a database could not hold it; one such row must not spoil the list.
            writer.WriteStringValue(value.Text);
        }
    }
}
