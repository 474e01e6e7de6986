using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Core.Requests;

/// <summary>
/// The fields of a form as the JSON object that would say the same, so that both forms of a request are read by one reader. Fields that were not read stand
/// there by their name alone; files do not.
/// </summary>
public static class FormFields
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] ToJson(FormBody form)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(output, Compact))
        {
            json.WriteStartObject();
            foreach (var part in form.Parts)
            {
                if (!part.IsFile)
                {
                    json.WritePropertyName(part.Name);
                    Write(json, part);
                }
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    // A form has texts alone; which of them are numbers and flags is the API's to know.
    private static void Write(Utf8JsonWriter json, in FormPart part)
    {
        var text = part.Text.Span;
        if (part.Name is "n" or "partial_images" && Utf8Parser.TryParse(text, out long number, out var read) && read == text.Length)
        {
            json.WriteNumberValue(number);
        }
        else if (part.Name is "stream" && (Ascii(text, "true") || Ascii(text, "false")))
        {
            json.WriteBooleanValue(Ascii(text, "true"));
        }
        else
        {
            json.WriteStringValue(text);
        }
    }

    private static bool Ascii(ReadOnlySpan<byte> text, string word) => System.Text.Ascii.EqualsIgnoreCase(text, word);
}
