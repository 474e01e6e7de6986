using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Core.Errors;

/// <summary>The JSON of a refusal: <c>{"error":{"message","type","param","code"},"trace_id"}</c>, as an answer's body and as a stream's event.</summary>
public static class ErrorBody
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IBufferWriter<byte> output, GatewayError error, string? traceId)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, error.Type);
        json.WriteString("param"u8, error.Param);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
        if (traceId is not null)
        {
            json.WriteString("trace_id"u8, traceId);
        }

        json.WriteEndObject();
    }
}
