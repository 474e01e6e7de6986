using System.Text.Json;
using Gateway.Core.Text;

namespace Gateway.Core.Requests;

/// <summary>The size of the text in a value of whatever shape.</summary>
internal static class JsonTextSize
{
    /// <summary>Of every string, number and name of a property in the reader's value; afterwards the reader is on the value's last token.</summary>
    public static TextSize Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return Of(ref reader);
        }

        var (size, depth) = (default(TextSize), reader.CurrentDepth);
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            size += Of(ref reader);
        }

        return size;
    }

    private static TextSize Of(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.PropertyName ? TextSize.OfJson(reader.ValueSpan) : default;
}
