using System.Text.Json;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>Takes stretches out of JSON that was found well formed before.</summary>
internal static class AnthropicJson
{
    /// <summary>The value of the property that the reader stands at; empty where it is null.</summary>
    /// <param name="reader">Over the whole of <paramref name="json"/>; afterwards on the value's last token.</param>
    /// <param name="json">What the reader reads.</param>
    public static ReadOnlyMemory<byte> Value(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    /// <summary>A property of an object; empty where it is absent or null.</summary>
    public static ReadOnlyMemory<byte> Property(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> name)
    {
        var found = default(ReadOnlyMemory<byte>);
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                found = Value(ref reader, json);
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }

    /// <summary>What kind of value it is, by its first byte, in the words of OpenAI's type errors.</summary>
    public static string Describe(ReadOnlyMemory<byte> value) => value.IsEmpty ? "null" : (char)value.Span[0] switch
    {
        '{' => "an object",
        '[' => "an array",
        '"' => "a string",
        't' or 'f' => "a boolean",
        _ => "a number",
    };

    public static bool IsString(ReadOnlyMemory<byte> value) => value is { IsEmpty: false } && value.Span[0] == '"';

    public static bool IsObject(ReadOnlyMemory<byte> value) => value is { IsEmpty: false } && value.Span[0] == '{';

    public static bool IsArray(ReadOnlyMemory<byte> value) => value is { IsEmpty: false } && value.Span[0] == '[';

    /// <summary>Whether it is the text, written without escapes.</summary>
    public static bool Is(ReadOnlyMemory<byte> value, ReadOnlySpan<byte> quoted) => value.Span.SequenceEqual(quoted);
}
