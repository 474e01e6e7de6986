using System.Net;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Pipeline;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class ProviderFailureTests : GatewayTest
{
    [Theory]
    [InlineData("status=401", 502, "provider_authentication_failed")]
    [InlineData("status=403", 502, "provider_authentication_failed")]
    [InlineData("foreign_error=invalid_token", 502, "provider_authentication_failed")]
    [InlineData("status=400;foreign_error=token_mismatched", 502, "provider_authentication_failed")]
    [InlineData("status=429;code=insufficient_quota", 502, "provider_quota_exhausted")]
    [InlineData("status=404", 502, "provider_deployment_not_found")]
    [InlineData("status=429;retry_after=7", 429, "rate_limit_exceeded")]
    [InlineData("status=500", 502, "provider_error")]
    [InlineData("status=503", 503, "provider_error")]
    [InlineData("status=500;html", 502, "provider_error")]
    [InlineData("status=400;foreign_error=api_not_implemented", 400, "api_not_implemented")]
    [InlineData("status=500;foreign_error=api_error", 502, "provider_error")]
    [InlineData("html;status=200", 502, "provider_malformed_response")]
    [InlineData("truncated", 502, "provider_malformed_response")]
    [InlineData("cut_body", 502, "provider_unreachable")]
    [InlineData("reset", 502, "provider_unreachable")]
    public async Task Failure_is_an_openai_error_frees_the_reservation_and_costs_nothing(string directive, int status, string code)
    {
        foreach (var stream in (bool[])[false, true])
        {
            if (stream && directive is "truncated" or "cut_body")
            {
                // These break a stream after its first event, which is another matter.
                continue;
            }

            var key = await App.IssueKeyAsync(keyLimits: new RateLimits { TokensPerMinute = 2000 });
            App.Simulator.Script.Enqueue(directive);
            using var response = await App.ChatAsync(ChatBody.Text("hello", stream: stream, more: ",\"max_tokens\":1900"), key);

            ((int)response.StatusCode).ShouldBe(status);
            var error = await response.ErrorAsync();
            ((string?)error["code"]).ShouldBe(code);
            (await response.Content.ReadAsStringAsync()).ShouldNotContain(TestCatalog.ProviderKey);
            var row = (await App.RowsAsync())[0];
            row.RequestId.ShouldBe(response.Header("x-request-id"));
            row.Outcome.ShouldBe(AnswerOutcome.UpstreamFailed);
            row.Status.ShouldBe(status);
            row.Amount.ShouldBe(Money.Zero);
            row.PromptTokens.ShouldBe(0);

            // All but the refilled tokens were reserved; a second request only fits if they came back.
            using var again = await App.ChatAsync(ChatBody.Text("hello", more: ",\"max_tokens\":1900"), key);
            again.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Rate_limit_of_the_provider_passes_its_wait_on()
    {
        App.Simulator.Script.Enqueue("status=429;retry_after=7");

        using var response = await App.ChatAsync(ChatBody.Text("hello"));

        response.Header("retry-after").ShouldBe("7");
        response.Header("retry-after-ms").ShouldBe("7000");
    }

    [Fact]
    public async Task Absent_provider_is_a_502()
    {
        using var response = await App.ChatAsync(ChatBody.Text("hello", model: "unreachable"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("provider_unreachable");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.Amount).ShouldBe((AnswerOutcome.UpstreamFailed, Money.Zero));
    }

    [Fact]
    public async Task Failed_requests_leave_no_body_held()
    {
        App.Simulator.Script.Enqueue("reset", "status=500", "truncated");
        for (var i = 0; i < 3; i++)
        {
            using var response = await App.ChatAsync(ChatBody.Text("hello"));
        }

        App.Services.GetRequiredService<BodyBuffers>().Held.ShouldBe(0);
    }
}
