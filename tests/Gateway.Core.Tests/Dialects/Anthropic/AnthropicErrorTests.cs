using System.Text;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Errors;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Anthropic;

public sealed class AnthropicErrorTests
{
    [Theory]
    [InlineData("""{"type":"error","error":{"type":"invalid_request_error","message":"m"},"request_id":"r"}""", "invalid_request_error", null, "m", "r")]
    [InlineData("""{"request_id":"r","error":{"message":"m","details":{"type":"x"},"type":"api_error"},"type":"error"}""", "api_error", null, "m", "r")]
    [InlineData("""{"error":{"message":"m","type":"t","code":"c"}}""", "t", "c", "m", null)]
    [InlineData("""{"error":"m"}""", null, null, "m", null)]
    [InlineData("""{"type":"error","error":{"type":"api_error","message":"m" """, "api_error", null, "m", null)]
    [InlineData("""{"type":"message","content":[]}""", null, null, null, null)]
    [InlineData("<html>", null, null, null, null)]
    [InlineData("", null, null, null, null)]
    public void Error_bodies_are_read(string body, string? type, string? code, string? message, string? trace)
    {
        var refusal = AnthropicDialect.Instance.ReadRefusal(400, Encoding.UTF8.GetBytes(body));

        (refusal.Status, refusal.Type, refusal.Code, refusal.Message, refusal.TraceId).ShouldBe((400, type, code, message, trace));
    }

    [Theory]
    [InlineData(400, "invalid_request_error", "messages: at least one message is required", 400, null)]
    [InlineData(400, "invalid_request_error", "prompt is too long: 200005 tokens > 200000 maximum", 400, "context_length_exceeded")]
    [InlineData(400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000", 400, "context_length_exceeded")]
    [InlineData(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", 502, "provider_quota_exhausted")]
    [InlineData(401, "authentication_error", "invalid x-api-key", 502, "provider_authentication_failed")]
    [InlineData(402, "billing_error", "m", 502, "provider_quota_exhausted")]
    [InlineData(403, "permission_error", "m", 502, "provider_authentication_failed")]
    [InlineData(404, "not_found_error", "model: claude-x", 502, "provider_deployment_not_found")]
    [InlineData(413, "request_too_large", "m", 413, "request_too_large")]
    [InlineData(429, "rate_limit_error", "m", 429, "rate_limit_exceeded")]
    [InlineData(500, "api_error", "m", 502, "provider_error")]
    [InlineData(504, "timeout_error", "m", 504, "provider_timeout")]
    [InlineData(529, "overloaded_error", "Overloaded", 503, "provider_error")]
    public void Refusal_is_told_in_openais_words(int status, string type, string message, int told, string? code)
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"type":"error","error":{"type":"{{{type}}}","message":"{{{message}}}"}}""");

        var error = GatewayError.FromUpstream(AnthropicDialect.Instance.ReadRefusal(status, body), null);

        (error.Status, error.Code).ShouldBe((told, code));
        error.Type.ShouldNotContain("too_large");
        if (told < 500 && told != 429)
        {
            (error.Type, error.Message).ShouldBe(("invalid_request_error", message));
        }

        // The same in the middle of a stream, where no status tells it.
        if (status != 413)
        {
            var inside = GatewayError.FromAnswer(AnthropicDialect.Instance.ReadRefusal(500, body));
            (inside.Status, inside.Code).ShouldBe((told, code));
        }
    }
}
