using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Core.Errors;

namespace Gateway.Core.Requests;

/// <summary>
/// What a client writes on its request for its own books: its end user (<c>safety_identifier</c>, else <c>user</c>) and its tags (<c>metadata</c>).
/// All go on to the provider as they are. What does not fit is refused, as OpenAI does: a label that is passed over would be missing on the
/// ledger's row. Lengths are in characters, of which one outside the Basic Multilingual Plane is one.
/// </summary>
internal sealed class RequestLabels
{
    /// <summary>The longest name of an end user.</summary>
    public const int LongestUser = 256;

    public const int MostTags = 16;

    public const int LongestTagName = 64;

    public const int LongestTag = 512;

    // A character is at most two escapes of six bytes.
    private const int MostBytesOfOne = 12;

    // Letters of all scripts stay as they are.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private string? _user;
    private string? _safetyIdentifier;

    /// <summary>Null where neither names one; an empty name is none.</summary>
    public string? EndUser => _safetyIdentifier ?? _user;

    /// <summary>The tags as compact JSON in the order of the body, or null where there are none.</summary>
    public string? Tags { get; private set; }

    public GatewayError? ReadUser(ref Utf8JsonReader reader) => ReadName(ref reader, "user", out _user);

    public GatewayError? ReadSafetyIdentifier(ref Utf8JsonReader reader) => ReadName(ref reader, "safety_identifier", out _safetyIdentifier);

    /// <param name="reader">On the value of <c>metadata</c>; afterwards on its last token.</param>
    public GatewayError? ReadTags(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.InvalidType("metadata", "an object", JsonKind.Describe(reader.TokenType));
        }

        var names = new List<string>();
        var text = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(text, Compact);
        json.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (names.Count == MostTags)
            {
                return GatewayError.TooManyProperties("metadata", MostTags);
            }

            if (ReadText(ref reader, "metadata", LongestTagName, out var name) is { } badName)
            {
                return badName;
            }

            var path = $"metadata.{name}";
            if (names.Contains(name))
            {
                return GatewayError.DuplicateKey(path);
            }

            names.Add(name);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                return GatewayError.InvalidType(path, "a string", JsonKind.Describe(reader.TokenType));
            }

            if (ReadText(ref reader, path, LongestTag, out var value) is { } badValue)
            {
                return badValue;
            }

            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.Flush();
        Tags = names.Count == 0 ? null : Encoding.UTF8.GetString(text.WrittenSpan);
        return null;
    }

    internal static GatewayError? ReadName(ref Utf8JsonReader reader, string path, out string? name)
    {
        name = null;
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return GatewayError.InvalidType(path, "a string", JsonKind.Describe(reader.TokenType));
        }

        if (ReadText(ref reader, path, LongestUser, out var text) is { } error)
        {
            return error;
        }

        name = text.Length == 0 ? null : text;
        return null;
    }

    private static GatewayError? ReadText(ref Utf8JsonReader reader, string path, int longest, out string text)
    {
        // So long that it is too long whatever it holds: no string is made of it.
        if (reader.ValueSpan.Length > longest * MostBytesOfOne)
        {
            text = "";
            return GatewayError.StringTooLong(path, longest, reader.ValueSpan.Length / MostBytesOfOne);
        }

        text = reader.GetString() ?? "";
        var length = Characters(text);
        return length > longest ? GatewayError.StringTooLong(path, longest, length) : null;
    }

    private static int Characters(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
