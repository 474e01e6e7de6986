using System.Text.Json;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>Walks over JSON that was found valid before.</summary>
internal static class GeminiRequestJson
{
    /// <summary>As deep as a request may be nested.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = RequestReader.MaxDepth };

    /// <summary>Steps from a property's name over its whole value.</summary>
    /// <param name="reader">Afterwards on the value's last token.</param>
    /// <param name="origin">Where the reader's first byte lies.</param>
    /// <param name="kind">What the value begins with.</param>
    public static ByteRange Next(ref Utf8JsonReader reader, int origin, out JsonTokenType kind)
    {
        reader.Read();
        kind = reader.TokenType;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new ByteRange(origin + start, (int)reader.BytesConsumed - start);
    }

    /// <summary>What a value begins with; <see cref="JsonTokenType.None"/> for an absent one.</summary>
    public static JsonTokenType KindOf(ReadOnlySpan<byte> json) => json.IsEmpty ? JsonTokenType.None : json[0] switch
    {
        (byte)'{' => JsonTokenType.StartObject,
        (byte)'[' => JsonTokenType.StartArray,
        (byte)'"' => JsonTokenType.String,
        (byte)'t' => JsonTokenType.True,
        (byte)'f' => JsonTokenType.False,
        (byte)'n' => JsonTokenType.Null,
        _ => JsonTokenType.Number,
    };

    /// <summary>The value of a property of an object, quotes and brackets included; empty where it is absent, null, or the value no object. Of two the first.</summary>
    public static ReadOnlyMemory<byte> Find(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> name)
    {
        if (KindOf(json.Span) != JsonTokenType.StartObject)
        {
            return default;
        }

        var reader = new Utf8JsonReader(json.Span, Options);
        reader.Read();

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            var value = Next(ref reader, 0, out var kind);
            if (found)
            {
                return kind == JsonTokenType.Null ? default : json.Slice(value.Start, value.Length);
            }
        }

        return default;
    }

    /// <summary>Whether a property stands in an object twice, which providers would read in different ways.</summary>
    public static bool IsTwice(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(json, Options);
        var count = 0;
        for (reader.Read(); reader.Read() && reader.TokenType == JsonTokenType.PropertyName; reader.Skip())
        {
            count += reader.ValueTextEquals(name) ? 1 : 0;
            reader.Read();
        }

        return count > 1;
    }

    /// <summary>Whether a value is this text.</summary>
    public static bool Is(ReadOnlyMemory<byte> json, string text)
    {
        if (KindOf(json.Span) != JsonTokenType.String)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json.Span, Options);
        reader.Read();
        return reader.ValueTextEquals(text);
    }

    /// <summary>The text of a string in UTF-8; null where an escape in it stands for no text.</summary>
    /// <param name="json">The string, quotes included.</param>
    public static ReadOnlyMemory<byte>? Unescape(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, Options);
        reader.Read();
        if (!reader.ValueIsEscaped)
        {
            return json[1..^1];
        }

        var text = new byte[reader.ValueSpan.Length];
        try
        {
            return text.AsMemory(0, reader.CopyString(text));
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether a text is one JSON object and nothing else, nested no deeper than a request may be.</summary>
    public static bool IsObject(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
