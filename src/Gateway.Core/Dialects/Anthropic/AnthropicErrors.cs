using System.Text.Json;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// Reads an error body: <c>{"type":"error","error":{"type","message"},"request_id"}</c>, as an answer or as an event of a stream. Anything
/// else, HTML included, gives a refusal without a message. What the provider tells by its message alone gets the code that OpenAI has for it.
/// </summary>
internal static class AnthropicErrors
{
    private const int LongestText = 2000;

    public static UpstreamRefusal Read(int status, ReadOnlySpan<byte> body)
    {
        var (type, code, param, message, trace) = (default(string), default(string), default(string), default(string), default(string));
        try
        {
            var reader = new Utf8JsonReader(body);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    if (reader.TokenType != JsonTokenType.PropertyName)
                    {
                        continue;
                    }

                    var outer = reader.CurrentDepth == 1;
                    if (outer && reader.ValueTextEquals("error"u8))
                    {
                        ReadError(ref reader, ref type, ref code, ref param, ref message);
                    }
                    else if (outer && reader.ValueTextEquals("request_id"u8))
                    {
                        trace = Text(ref reader);
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
        }
        catch (JsonException)
        {
            // What was read before the damage still helps; a body that is no JSON gives nothing.
        }
        catch (InvalidOperationException)
        {
            // A string that is not valid UTF-8 or holds a lone surrogate.
        }

        return Name(new UpstreamRefusal(status, type, code, param, message, trace));
    }

    private static void ReadError(ref Utf8JsonReader reader, ref string? type, ref string? code, ref string? param, ref string? message)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            message = Value(ref reader) ?? message;
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = Text(ref reader) ?? type;
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                message = Text(ref reader) ?? message;
            }
            else if (reader.ValueTextEquals("code"u8))
            {
                code = Text(ref reader) ?? code;
            }
            else if (reader.ValueTextEquals("param"u8))
            {
                param = Text(ref reader) ?? param;
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>The API has no codes: a prompt that is too long and an empty purse are both an <c>invalid_request_error</c>.</summary>
    private static UpstreamRefusal Name(UpstreamRefusal refusal) => refusal switch
    {
        { Code: not null } => refusal,
        { Type: "billing_error" } => refusal with { Code = "insufficient_quota" },
        { Message: { } message } when Says(message, "credit balance is too low") => refusal with { Code = "insufficient_quota" },
        { Message: { } message } when Says(message, "prompt is too long") || Says(message, "exceed context limit") =>
            refusal with { Type = "invalid_request_error", Code = "context_length_exceeded", Param = "messages" },
        { Type: "request_too_large" } or { Status: 413 } => refusal with { Type = "invalid_request_error", Code = "request_too_large" },
        _ => refusal,
    };

    private static bool Says(string message, string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Value(ref reader);
    }

    private static string? Value(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            var text = reader.GetString()!;
            return text.Length <= LongestText ? text : text[..LongestText];
        }

        reader.Skip();
        return null;
    }
}
