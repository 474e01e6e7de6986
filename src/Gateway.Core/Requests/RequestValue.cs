using System.Text.Json;
using Gateway.Core.Errors;

namespace Gateway.Core.Requests;

/// <summary>Reads the values of parameters that endpoints have in common. Each is called on the value, and leaves the reader on its last token.</summary>
internal static class RequestValue
{
    private const int LongestModelName = 256;

    private static readonly string[] IncludeUsageKey = ["include_usage"];

    /// <returns>Why it is refused, or null, as everywhere here.</returns>
    public static GatewayError? Model(ref Utf8JsonReader reader, out string? model)
    {
        model = null;
        if (reader.TokenType != JsonTokenType.String)
        {
            return GatewayError.InvalidType("model", "a string", JsonKind.Describe(reader.TokenType));
        }

        if (reader.ValueSpan.IsEmpty || reader.ValueSpan.Length > LongestModelName)
        {
            return GatewayError.InvalidValue("model", $"expected the name of a model, 1 to {LongestModelName} bytes long.");
        }

        model = reader.GetString();
        return null;
    }

    /// <summary>A boolean; null is as good as false.</summary>
    public static GatewayError? Flag(ref Utf8JsonReader reader, string path, out bool flag)
    {
        flag = reader.TokenType == JsonTokenType.True;
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null
            ? null
            : GatewayError.InvalidType(path, "a boolean", JsonKind.Describe(reader.TokenType));
    }

    /// <summary>A whole number of a range; null is as good as absent.</summary>
    public static GatewayError? Number(ref Utf8JsonReader reader, string path, long least, long most, out long? number)
    {
        number = null;
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.Number)
        {
            return GatewayError.InvalidType(path, "an integer", JsonKind.Describe(reader.TokenType));
        }

        if (!reader.TryGetInt64(out var value))
        {
            return GatewayError.InvalidType(path, "an integer", "a number that is none or does not fit");
        }

        if (value < least || value > most)
        {
            return GatewayError.InvalidValue(path, $"expected an integer from {least} to {most}, but got {value}.");
        }

        number = value;
        return null;
    }

    /// <summary>Other tiers than the two usual ones have other prices, which no card states.</summary>
    public static GatewayError? ServiceTier(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null
        || (reader.TokenType == JsonTokenType.String && (reader.ValueTextEquals("auto"u8) || reader.ValueTextEquals("default"u8)))
            ? null
            : GatewayError.UnsupportedParameter("service_tier");

    /// <summary><c>stream_options</c>, of which <c>include_usage</c> is read and may come once.</summary>
    public static GatewayError? StreamOptions(ref Utf8JsonReader reader, out StreamOptions options)
    {
        options = default;
        var start = (int)reader.TokenStartIndex;
        var (seen, includeUsage, includeUsageValue, properties) = (false, false, default(ByteRange), 0);
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
        {
            return GatewayError.InvalidType("stream_options", "an object", JsonKind.Describe(reader.TokenType));
        }

        for (var isObject = reader.TokenType == JsonTokenType.StartObject; isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName; properties++)
        {
            var isIncludeUsage = reader.ValueTextEquals("include_usage"u8);
            if (!isIncludeUsage && FoldedKey.IsMimic(ref reader, IncludeUsageKey))
            {
                return GatewayError.UnknownParameter($"stream_options.{reader.GetString()}");
            }

            reader.Read();
            if (!isIncludeUsage)
            {
                reader.Skip();
                continue;
            }

            if (seen)
            {
                return GatewayError.DuplicateKey("stream_options.include_usage");
            }

            seen = true;
            var valueStart = (int)reader.TokenStartIndex;
            if (Flag(ref reader, "stream_options.include_usage", out includeUsage) is { } error)
            {
                return error;
            }

            includeUsageValue = new ByteRange(valueStart, (int)reader.BytesConsumed - valueStart);
        }

        var value = new ByteRange(start, (int)reader.BytesConsumed - start);
        options = new StreamOptions(value, reader.TokenType == JsonTokenType.EndObject, properties == 0, includeUsageValue, includeUsage);
        return null;
    }
}
