using System.Net;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

/// <summary>What the headers of the final answer say after attempts that failed.</summary>
public sealed class AnswerHeaderTests : GatewayTest
{
    protected override GatewayAppOptions Options => new()
    {
        Catalog = simulator => RoutingCatalog.For(
            simulator,
            """
            "moved": { "deployments": [{ "provider": "a", "model": "m;reset" }, { "provider": "b", "model": "well", "priority": 1 }] },
            "broken": { "deployments": [{ "provider": "a", "model": "m;reset" }] },
            "broken-twice": { "deployments": [{ "provider": "a", "model": "m;reset" }, { "provider": "b", "model": "m;reset", "priority": 1 }] },
            "cut": { "deployments": [{ "provider": "a", "model": "m;cut_body" }] },
            "busy": { "deployments": [{ "provider": "a", "model": "m;status=429;retry_after=7" }, { "provider": "b", "model": "m;status=500", "priority": 1 }] },
            "wrong": { "deployments": [{ "provider": "a", "model": "m;status=500" }, { "provider": "b", "model": "m;status=400", "priority": 1 }] },
            """),
    };

    [Theory]
    [InlineData("moved", false, 200, "b", "well")]
    [InlineData("moved", true, 200, "b", "well")]
    [InlineData("broken", false, 502, "a", "m;reset")]
    [InlineData("broken", true, 502, "a", "m;reset")]
    [InlineData("broken-twice", false, 502, "a|b", "m;reset")]
    [InlineData("cut", false, 502, "a", "m;cut_body")]
    [InlineData("busy", false, 429, "a", "m;status=429;retry_after=7")]
    [InlineData("busy", true, 429, "a", "m;status=429;retry_after=7")]
    [InlineData("wrong", true, 400, "b", "m;status=400")]
    public async Task Tell_the_limits_and_whose_answer_it_is(string model, bool stream, int status, string provider, string upstreamModel)
    {
        var key = await App.IssueKeyAsync(keyLimits: new() { RequestsPerMinute = 100, TokensPerMinute = 10_000 });

        using var response = await App.ChatAsync(ChatBody.Text("hello", model, stream, ",\"max_tokens\":100"), key);

        ((int)response.StatusCode).ShouldBe(status);
        provider.Split('|').ShouldContain(response.Header("x-gateway-provider"));
        response.Header("x-gateway-model").ShouldBe(upstreamModel);
        response.Header("x-ratelimit-limit-requests").ShouldBe("100");
        response.Header("x-ratelimit-remaining-requests").ShouldBe("99");
        response.Header("x-ratelimit-reset-requests").ShouldNotBeNull();
        response.Header("x-ratelimit-limit-tokens").ShouldBe("10000");
        int.Parse(response.Header("x-ratelimit-remaining-tokens")!).ShouldBeInRange(9_800, 9_999);
        response.Header("x-ratelimit-reset-tokens").ShouldNotBeNull();
        response.Header("x-request-id").ShouldStartWith("req_");
        (await App.RowsAsync()).ShouldHaveSingleItem().Provider.ShouldBe(response.Header("x-gateway-provider"));
    }

    [Fact]
    public async Task Of_several_waits_the_told_ones_is_passed_on()
    {
        using var response = await App.ChatAsync(ChatBody.Text("hello", "busy"));

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        int.Parse(response.Header("retry-after")!).ShouldBeInRange(6, 7);
    }
}
