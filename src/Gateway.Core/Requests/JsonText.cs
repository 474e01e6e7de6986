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
}
