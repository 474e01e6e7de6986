using System.Text;
using Gateway.Core.Dialects.Azure;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects;

public sealed class UpstreamErrorTests
{
    [Theory]
    [InlineData("""{"error":{"message":"m","type":"t","param":"p","code":"c"}}""", "t", "c", "p", "m")]
    [InlineData("""{"error":{"message":"m","type":null,"param":null,"code":429}}""", null, "429", null, "m")]
    [InlineData("""{"error":"m"}""", null, null, null, "m")]
    [InlineData("""{"message":"m","type":"t"}""", "t", null, null, "m")]
    [InlineData("""{"success":false,"error":{"code":"c","message":"m"},"trace_id":"x"}""", null, "c", null, "m")]
    [InlineData("""{"error":{"message":"m","code":"c","innererror":{"code":"other"}}}""", null, "c", null, "m")]
    [InlineData("""{"error":{"message":"m","code":"c" """, null, "c", null, "m")]
    [InlineData("<html>", null, null, null, null)]
    [InlineData("", null, null, null, null)]
    [InlineData("[1]", null, null, null, null)]
    public void Error_bodies_of_many_shapes_are_read(string body, string? type, string? code, string? param, string? message)
    {
        var refusal = OpenAiErrors.Read(400, Encoding.UTF8.GetBytes(body));

        (refusal.Type, refusal.Code, refusal.Param, refusal.Message).ShouldBe((type, code, param, message));
    }

    [Theory]
    [InlineData(400, "content_filter", 400, "content_filter")]
    [InlineData(401, null, 502, "provider_authentication_failed")]
    [InlineData(400, "token_mismatched", 502, "provider_authentication_failed")]
    [InlineData(429, "insufficient_quota", 502, "provider_quota_exhausted")]
    [InlineData(404, "model_not_found", 502, "provider_deployment_not_found")]
    [InlineData(429, null, 429, "rate_limit_exceeded")]
    [InlineData(529, null, 503, "provider_error")]
    [InlineData(500, "anything", 502, "provider_error")]
    [InlineData(408, null, 504, "provider_timeout")]
    public void What_is_the_operators_fault_is_never_told_as_the_clients(int status, string? code, int told, string toldCode)
    {
        var error = GatewayError.FromUpstream(new(status, null, code, null, "secret of the operator", null), null);

        (error.Status, error.Code).ShouldBe((told, toldCode));
        if (told >= 500)
        {
            error.Message.ShouldNotContain("secret");
        }
    }

    [Theory]
    [InlineData("model", null, "invalid_request_error", 400, "unsupported_parameter")]
    [InlineData("model", "model_not_found", "invalid_request_error", 502, "provider_deployment_not_found")]
    [InlineData(null, null, "invalid_request_error", 502, "provider_deployment_not_found")]
    [InlineData("model", null, "NotFoundError", 502, "provider_deployment_not_found")]
    public void Model_that_is_not_of_the_endpoint_is_the_clients_mistake(string? param, string? code, string type, int told, string toldCode)
    {
        var error = GatewayError.FromUpstream(new(404, type, code, param, "This is a chat model.", null), null);

        (error.Status, error.Code).ShouldBe((told, toldCode));
    }

    [Theory]
    [InlineData("rate_limit_exceeded", null, 429)]
    [InlineData(null, "invalid_request_error", 400)]
    [InlineData("context_length_exceeded", null, 400)]
    [InlineData("503", null, 503)]
    [InlineData("insufficient_quota", null, 502)]
    [InlineData(null, null, 502)]
    public void Error_inside_of_a_200_keeps_its_kind(string? code, string? type, int status) =>
        GatewayError.FromAnswer(new(500, type, code, null, "m", null)).Status.ShouldBe(status);

    [Fact]
    public void Azure_puts_the_deployment_into_the_path_or_the_body()
    {
        static Provider With(string? version) => new()
        {
            Name = "azure",
            Dialect = AzureDialect.Instance,
            BaseUrl = new Uri("https://name.openai.azure.com/"),
            ApiKey = new Secret("k"),
            ApiVersion = version,
        };

        AzureDialect.Instance.Address(With("2024-10-21"), "/chat/completions", "my gpt", stream: false)!.AbsoluteUri
            .ShouldBe("https://name.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21");
        AzureDialect.Instance.Address(With(null), "/chat/completions", "my-gpt", stream: true)!.AbsoluteUri.ShouldBe("https://name.openai.azure.com/openai/v1/chat/completions");
        (With(null).Credential!.Header, With(null).Credential!.Value).ShouldBe(("api-key", "k"));
        $"{With(null).Credential} {new Secret("k")}".ShouldNotContain("k ");
    }
}
