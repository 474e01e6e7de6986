using System.Text.Json;
using Gateway.Core.Requests;

namespace Gateway.Core.Streaming;

/// <summary>What the readers of answers have in common: one pass over one object that a provider wrote, which may be anything.</summary>
internal static class AnswerJson
{
    /// <summary>Reads the object's properties, up to its closing brace.</summary>
    /// <param name="reader">At the opening brace.</param>
    /// <param name="json">All of it.</param>
    /// <param name="found">What was found.</param>
    public delegate void Properties<TFound>(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref TFound found);

    /// <param name="json">One JSON object, alone.</param>
    /// <param name="found">What was found, as far as it could be read.</param>
    /// <param name="read">Reads it.</param>
    /// <returns>False where it is no JSON object.</returns>
    public static bool TryRead<TFound>(ReadOnlySpan<byte> json, ref TFound found, Properties<TFound> read)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            read(ref reader, json, ref found);

            // Anything behind the object makes the reader throw.
            reader.Read();
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter: a property name with an escape that stands for no text.
            return false;
        }
    }

    /// <summary>The next value, quotes included.</summary>
    public static ByteRange Value(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new ByteRange(start, (int)reader.BytesConsumed - start);
    }

    /// <summary>Passes over the next value, of an <c>error</c>.</summary>
    /// <returns>Whether it is one: neither null nor false.</returns>
    public static bool IsError(ref Utf8JsonReader reader)
    {
        reader.Read();
        var isError = reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False);
        reader.Skip();
        return isError;
    }
}
