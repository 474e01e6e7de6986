using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Core.Errors;

namespace Gateway.Core.Dialects.Messages;

/// <summary>
/// Refusals in Anthropic's form: <c>{"type":"error","error":{"type","message"},"request_id"}</c>. The types go by the status; money that is spent
/// is 402 there, and a provider or gateway that has too much to do 529.
/// </summary>
internal static class MessagesErrors
{
    private const int Overloaded = 529;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static int StatusOf(GatewayError error) => error switch
    {
        { Type: ErrorTypes.InsufficientQuota, Retry: RetryAdvice.Never } => 402,
        { Status: 503, Code: "provider_error" or "server_is_overloaded" or "deployments_at_capacity" } => Overloaded,
        _ => error.Status,
    };

    public static void Write(IBufferWriter<byte> output, GatewayError error, string? traceId, string? requestId)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, TypeOf(StatusOf(error)));
        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
        if (requestId is not null)
        {
            json.WriteString("request_id"u8, requestId);
        }

        if (traceId is not null)
        {
            json.WriteString("trace_id"u8, traceId);
        }

        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> TypeOf(int status) => status switch
    {
        401 => "authentication_error"u8,
        402 => "billing_error"u8,
        403 => "permission_error"u8,
        404 => "not_found_error"u8,
        413 => "request_too_large"u8,
        429 => "rate_limit_error"u8,
        504 => "timeout_error"u8,
        Overloaded => "overloaded_error"u8,
        < 500 => "invalid_request_error"u8,
        _ => "api_error"u8,
    };
}
