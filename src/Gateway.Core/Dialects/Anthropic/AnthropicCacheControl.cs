using System.Text.Json;
using Gateway.Core.Errors;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>What may stand in a <c>cache_control</c>. All of it goes on as it came, but for lifetimes with a price that no card states.</summary>
internal static class AnthropicCacheControl
{
    /// <summary>
    /// Refuses a lifetime other than five minutes: writing for an hour costs 2 times the input, and not 1.25 times
    /// (platform.claude.com/docs/en/about-claude/pricing), while a card has one rate for writing.
    /// </summary>
    /// <param name="json">The value, found well formed before; empty where there is none.</param>
    /// <param name="path">Where it stands.</param>
    public static GatewayError? Refuse(ReadOnlyMemory<byte> json, string path)
    {
        if (!AnthropicJson.IsObject(json))
        {
            return null;
        }

        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isLifetime = reader.ValueTextEquals("ttl"u8);
            reader.Read();
            if (isLifetime && reader.TokenType != JsonTokenType.Null && !(reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("5m"u8)))
            {
                return GatewayError.UnsupportedParameter($"{path}.ttl");
            }

            reader.Skip();
        }

        return null;
    }
}
