using System.Text.Json;

namespace Gateway.Core.Requests;

/// <summary>Where the token is that a reader stands at.</summary>
internal static class JsonToken
{
    /// <summary>The name or value, quotes included; not for objects and arrays.</summary>
    public static ByteRange Range(ref Utf8JsonReader reader) => new(
        (int)reader.TokenStartIndex,
        reader.ValueSpan.Length + (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? 2 : 0));
}
