using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Core.Requests;

/// <summary>Text as a JSON string.</summary>
public static class JsonText
{
    /// <summary>The text between quotes, escaped as far as JSON asks, in UTF-8.</summary>
    public static byte[] Quote(string text)
    {
        var encoded = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        return [(byte)'"', .. encoded.EncodedUtf8Bytes, (byte)'"'];
    }

    /// <summary>The text of a JSON string, quotes included; null where an escape in it stands for no text, such as half a surrogate pair.</summary>
    public static string? Unquote(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
