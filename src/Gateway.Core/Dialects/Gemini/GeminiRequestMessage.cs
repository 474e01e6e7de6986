using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>Where the values of one message stand, as far as they are translated. Empty: absent or null.</summary>
internal struct GeminiRequestMessage
{
    public ByteRange Role { get; private set; }

    public ByteRange Content { get; private set; }

    public ByteRange Refusal { get; private set; }

    public ByteRange ToolCalls { get; private set; }

    public ByteRange ToolCallId { get; private set; }

    public ByteRange Extra { get; private set; }

    /// <summary>Reads the object that the reader is at.</summary>
    /// <param name="reader">Afterwards on the object's end.</param>
    /// <param name="origin">Where the reader's first byte lies in the body.</param>
    /// <param name="at">The message's path.</param>
    /// <param name="message">Its values, as offsets into the body.</param>
    public static GatewayError? Read(ref Utf8JsonReader reader, int origin, string at, out GeminiRequestMessage message)
    {
        message = default;
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (name, bit) =
                reader.ValueTextEquals("role"u8) ? ("role", 1)
                : reader.ValueTextEquals("content"u8) ? ("content", 2)
                : reader.ValueTextEquals("refusal"u8) ? ("refusal", 4)
                : reader.ValueTextEquals("tool_calls"u8) ? ("tool_calls", 8)
                : reader.ValueTextEquals("tool_call_id"u8) ? ("tool_call_id", 16)
                : reader.ValueTextEquals("extra_content"u8) ? ("extra_content", 32)
                : reader.ValueTextEquals("function_call"u8) ? ("function_call", 64)
                : reader.ValueTextEquals("audio"u8) ? ("audio", 128)
                : ("", 0);
            if ((seen & bit) != 0)
            {
                return GatewayError.DuplicateKey($"{at}.{name}");
            }

            seen |= bit;
            var value = GeminiRequestJson.Next(ref reader, origin, out var kind);
            if (kind == JsonTokenType.Null)
            {
                continue;
            }

            switch (name)
            {
                case "role":
                    message.Role = value;
                    break;
                case "content":
                    message.Content = value;
                    break;
                case "refusal":
                    message.Refusal = value;
                    break;
                case "tool_calls":
                    message.ToolCalls = value;
                    break;
                case "tool_call_id":
                    message.ToolCallId = value;
                    break;
                case "extra_content":
                    message.Extra = value;
                    break;
                case "function_call" or "audio":
                    return GatewayError.UnsupportedParameter($"{at}.{name}");
                default:
                    // A name, and what other providers add: the API has no place for them.
                    break;
            }
        }

        return message.Role.Length == 0 ? GatewayError.MissingParameter($"{at}.role") : null;
    }
}
