using System.Net;
using Gateway.Core.Pricing;
using Gateway.Testing;
using Gateway.Tests.Dialects;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

/// <summary>A deployment whose dialect cannot say what is asked: two answers at once, of a provider that gives one.</summary>
public sealed class UnfitDeploymentTests : IAsyncLifetime
{
    private const string Two = ",\"n\":2";

    private AnthropicUpstream _anthropic = null!; // Both are set before any test runs.
    private GatewayApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _anthropic = await AnthropicUpstream.StartAsync();
        _app = await GatewayApp.StartAsync(new GatewayAppOptions
        {
            Catalog = simulator => RoutingCatalog.For(
                simulator,
                $$"""
                "alone": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "claude", "model": "claude-x" }] },
                "first": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "claude", "model": "claude-x" }, { "provider": "b", "model": "well", "priority": 1 }] },
                "second": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "absent", "model": "gone" }, { "provider": "claude", "model": "claude-x", "priority": 1 }] },
                "fallen": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "claude", "model": "claude-x" }], "fallbacks": ["other"] },
                "other": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "b", "model": "other-up" }] },
                """,
                $$""" "claude": { "dialect": "anthropic", "base_url": "{{_anthropic.Base}}", "api_key": "{{AnthropicUpstream.Key}}" } """),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _anthropic.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Is_skipped_where_another_can_take_the_request(bool stream)
    {
        using var response = await _app.ChatAsync(ChatBody.Text("hello", "first", stream, Two));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Header("x-gateway-provider").ShouldBe("b");
        (await _app.RowsAsync()).ShouldHaveSingleItem().Provider.ShouldBe("b");
        _anthropic.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Serves_what_it_can_take()
    {
        _anthropic.ThenJson(AnthropicUpstream.Answer);

        using var response = await _app.ChatAsync(ChatBody.Text("hello", "first"));

        response.Header("x-gateway-provider").ShouldBe("claude");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Alone_it_is_a_400_by_name_that_costs_nothing(bool stream)
    {
        var key = await _app.IssueKeyAsync(keyLimits: new() { RequestsPerMinute = 100, TokensPerMinute = 10_000 });

        using var response = await _app.ChatAsync(ChatBody.Text("hello", "alone", stream, Two), key);
        using var next = await _app.ChatAsync(ChatBody.Text("hello", "other", more: ",\"max_tokens\":100"), key);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.ErrorAsync())["param"]).ShouldBe("n");
        _anthropic.Calls.ShouldBeEmpty();
        (await _app.RowsAsync()).ShouldHaveSingleItem().Provider.ShouldBe("b");
        next.Header("x-ratelimit-remaining-requests").ShouldBe("99");
    }

    [Fact]
    public async Task As_the_last_one_left_it_leaves_the_others_failure_to_be_told()
    {
        using var response = await _app.ChatAsync(ChatBody.Text("hello", "second", more: Two));

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("provider_unreachable");
        var row = (await _app.RowsAsync()).ShouldHaveSingleItem();
        (row.Provider, row.Amount).ShouldBe(("absent", Money.Zero));
        _anthropic.Calls.ShouldBeEmpty();
    }
}
