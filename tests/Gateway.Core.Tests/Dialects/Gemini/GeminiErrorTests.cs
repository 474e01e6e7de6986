using System.Text;
using Gateway.Core.Dialects.Gemini;
using Gateway.Core.Errors;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Gemini;

public sealed class GeminiErrorTests
{
    private const string Info = """ "@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"googleapis.com" """;

    [Theory]
    [InlineData(400, """{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID",INFO}]}}""", 502, "provider_authentication_failed")]
    [InlineData(403, """{"error":{"code":403,"message":"m","status":"PERMISSION_DENIED","details":[{INFO,"reason":"SERVICE_DISABLED","metadata":{"reason2":"x"}}]}}""", 502, "provider_authentication_failed")]
    [InlineData(403, """{"error":{"code":403,"message":"m","status":"PERMISSION_DENIED"}}""", 502, "provider_authentication_failed")]
    [InlineData(401, """{"error":{"code":401,"message":"m","status":"UNAUTHENTICATED"}}""", 502, "provider_authentication_failed")]
    [InlineData(400, """{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}""", 502, "provider_precondition_failed")]
    [InlineData(404, """{"error":{"code":404,"message":"models/x is not found","status":"NOT_FOUND"}}""", 502, "provider_deployment_not_found")]
    [InlineData(429, """{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}""", 429, "rate_limit_exceeded")]
    [InlineData(429, """{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaValue":"250"}]},{"retryDelay":"30s"}]}}""", 502, "provider_quota_exhausted")]
    [InlineData(500, """{"error":{"code":500,"message":"m","status":"INTERNAL"}}""", 502, "provider_error")]
    [InlineData(503, """[{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}]""", 503, "provider_error")]
    [InlineData(504, """{"error":{"code":504,"message":"m","status":"DEADLINE_EXCEEDED"}}""", 504, "provider_timeout")]
    [InlineData(400, """{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}""", 400, "context_length_exceeded")]
    [InlineData(400, """{"error":{"code":400,"message":"Penalty is not enabled","status":"INVALID_ARGUMENT"}}""", 400, null)]
    public void Refusal_becomes_what_the_client_can_act_on(int status, string body, int expected, string? code)
    {
        var error = GatewayError.FromUpstream(Read(status, body.Replace("INFO", Info, StringComparison.Ordinal)), retryAfter: null);

        (error.Status, error.Code).ShouldBe((expected, code));
    }

    [Fact]
    public void What_the_provider_says_of_the_request_itself_goes_through()
    {
        var error = GatewayError.FromUpstream(Read(400, """{"error":{"code":400,"message":"Unable to process input image.","status":"INVALID_ARGUMENT"}}"""), null);

        (error.Type, error.Message).ShouldBe(("invalid_request_error", "Unable to process input image."));
    }

    [Theory]
    [InlineData("37s", 37_000)]
    [InlineData("2.250s", 2_250)]
    [InlineData("0s", 0)]
    [InlineData("1e9s", null)]
    [InlineData("86401s", null)]
    [InlineData("-5s", null)]
    [InlineData("37", null)]
    [InlineData("s", null)]
    public void Delay_of_the_body_counts_where_no_header_tells_one(string delay, int? expected)
    {
        var refusal = Read(429, $$$$$"""{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{{{{{delay}}}}}"}]}}""");

        refusal.RetryAfter.ShouldBe(expected is { } ms ? TimeSpan.FromMilliseconds(ms) : null);
        GatewayError.FromUpstream(refusal, null).RetryAfter.ShouldBe(refusal.RetryAfter ?? TimeSpan.FromSeconds(1));
        GatewayError.FromUpstream(refusal, TimeSpan.FromSeconds(9)).RetryAfter.ShouldBe(TimeSpan.FromSeconds(9));
    }

    [Theory]
    [InlineData("""{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}""", 503, "provider_error")]
    [InlineData("""{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"5s"}]}}""", 429, "rate_limit_exceeded")]
    [InlineData("""{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}""", 502, "provider_authentication_failed")]
    [InlineData("""{"error":{"code":13,"message":"m","status":"INTERNAL"}}""", 502, "provider_error")]
    [InlineData("""{"error":{}}""", 502, "provider_error")]
    public void Error_inside_of_an_answer_tells_its_own_status(string body, int status, string code)
    {
        var error = GatewayError.FromAnswer(Read(GeminiErrors.Unknown, body));

        (error.Status, error.Code).ShouldBe((status, code));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"error":[{"code":400}]}""")]
    [InlineData("""{"error":{"code":"x","message":7,"status":{},"details":"none"}}""")]
    [InlineData("""{"error":{"details":[[{"reason":[]}],{"retryDelay":{}},7""")]
    public void Body_of_another_shape_leaves_the_status(string body)
    {
        var refusal = Read(418, body);

        (refusal.Status, refusal.Code, refusal.Message, refusal.RetryAfter).ShouldBe((418, null, null, null));
    }

    private static Core.Dialects.UpstreamRefusal Read(int status, string body) => GeminiErrors.Read(status, Encoding.UTF8.GetBytes(body));
}
