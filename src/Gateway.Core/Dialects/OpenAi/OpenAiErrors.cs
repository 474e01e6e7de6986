using System.Text.Json;

namespace Gateway.Core.Dialects.OpenAi;

/// <summary>
/// Reads an error body: OpenAI's <c>{"error":{"message","type","param","code"}}</c>, and what compatible providers make of it
/// (<c>error</c> as a string, a flat object, a number as code, <c>{"success":false,"error":{...},"trace_id"}</c>). Anything else, HTML
/// included, gives a refusal without a message.
/// </summary>
public static class OpenAiErrors
{
    private const int LongestText = 2000;

    public static UpstreamRefusal Read(int status, ReadOnlySpan<byte> body)
    {
        var fields = default(Fields);
        try
        {
            var reader = new Utf8JsonReader(body);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadObject(ref reader, ref fields, outer: true);
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

        return new UpstreamRefusal(status, fields.Type, fields.Code, fields.Param, fields.Message, fields.TraceId);
    }

    private static void ReadObject(ref Utf8JsonReader reader, ref Fields fields, bool outer)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (outer && reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadObject(ref reader, ref fields, outer: false);
                }
                else
                {
                    fields.Message = Text(ref reader) ?? fields.Message;
                }
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                fields.Message = Next(ref reader) ?? fields.Message;
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                fields.Type = Next(ref reader) ?? fields.Type;
            }
            else if (reader.ValueTextEquals("code"u8))
            {
                fields.Code = Next(ref reader) ?? fields.Code;
            }
            else if (reader.ValueTextEquals("param"u8))
            {
                fields.Param = Next(ref reader) ?? fields.Param;
            }
            else if (outer && reader.ValueTextEquals("trace_id"u8))
            {
                fields.TraceId = Next(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static string? Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Text(ref reader);
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                var text = reader.GetString()!;
                return text.Length <= LongestText ? text : text[..LongestText];
            case JsonTokenType.Number:
                return System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                reader.Skip();
                return null;
            default:
                return null;
        }
    }

    private struct Fields
    {
        public string? Type;
        public string? Code;
        public string? Param;
        public string? Message;
        public string? TraceId;
    }
}
