using System.Net;
using System.Text.Json.Nodes;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

public sealed class FailoverTests : GatewayTest
{
    private const string Well = """{ "provider": "b", "model": "well", "priority": 1 }""";

    protected override GatewayAppOptions Options => new() { Catalog = Catalog };

    [Fact]
    public async Task Same_deployment_is_asked_again_where_the_card_says_so()
    {
        App.Simulator.Script.Enqueue("status=500", "status=503", "text=at last");

        using var response = await App.ChatAsync(ChatBody.Text("hello", "again"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        App.Simulator.Requests.Total.ShouldBe(3);
        (await App.RowsAsync()).ShouldHaveSingleItem().Outcome.ShouldBe(AnswerOutcome.Completed);
    }

    [Fact]
    public async Task Attempts_end_where_the_card_says_so()
    {
        App.Simulator.Script.Enqueue("status=500", "status=500", "status=500", "text=too late");

        using var response = await App.ChatAsync(ChatBody.Text("hello", "again"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        App.Simulator.Requests.Total.ShouldBe(3);
    }

    [Fact]
    public async Task Total_timeout_spans_all_attempts()
    {
        App.Simulator.Script.Enqueue("hang", "hang", "hang");

        using var response = await App.ChatAsync(ChatBody.Text("hello", "hurried"));

        // First bytes are waited for 400 ms, all in all 600 ms: of the six attempts that the card allows, two fit in at most.
        response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        App.Simulator.Requests.Total.ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task Fallback_is_billed_at_its_own_price_and_counts_pictures_its_own_way()
    {
        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(1024, 1024), model: "dear"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((string?)(await response.JsonAsync())["model"]).ShouldBe("dear");
        response.Header("x-gateway-model").ShouldBe("cheap-up");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Model, row.Provider, row.UpstreamModel).ShouldBe(("cheap", "b", "cheap-up"));
        row.Price.ShouldContain("\"input\":\"1\"");
        row.ImageTokensEstimated.ShouldBe(70 + (4 * 140));
    }

    [Fact]
    public async Task Fallback_that_the_caller_may_not_use_is_passed_over()
    {
        var key = await App.IssueKeyAsync(null, null, "dear");

        using var response = await App.ChatAsync(ChatBody.Text("hello", "dear"), key);

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await App.RowsAsync()).ShouldHaveSingleItem().Model.ShouldBe("dear");
    }

    [Fact]
    public async Task Deployment_that_cannot_count_the_picture_is_passed_over()
    {
        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2048, 2048), model: "picky"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await App.RowsAsync()).ShouldHaveSingleItem().Provider.ShouldBe("b");
    }

    [Theory]
    [InlineData("useful-429", 429, "rate_limit_exceeded")]
    [InlineData("useful-503", 503, "provider_error")]
    [InlineData("useful-auth", 502, "provider_unreachable")]
    [InlineData("only-auth", 502, "provider_authentication_failed")]
    public async Task Client_is_told_the_most_useful_error(string model, int status, string code)
    {
        using var response = await App.ChatAsync(ChatBody.Text("hello", model));

        ((int)response.StatusCode).ShouldBe(status);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe(code);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Status, row.Amount).ShouldBe((status, Money.Zero));
        response.Header("x-gateway-provider").ShouldNotBeNull();
    }

    [Fact]
    public async Task Answer_after_a_failure_carries_every_header_of_a_first_one()
    {
        var key = await App.IssueKeyAsync(keyLimits: new() { RequestsPerMinute = 100 });

        using var response = await App.ChatAsync(ChatBody.Text("hello", "moved", stream: true), key);

        response.Header("x-gateway-provider").ShouldBe("b");
        response.Header("x-ratelimit-limit-requests").ShouldBe("100");
        response.Header("x-request-id").ShouldNotBeNull();
    }

    [Fact]
    public async Task Full_deployment_sends_on_to_the_next_and_a_full_card_is_a_503()
    {
        App.Simulator.Script.Enqueue("hang", "hang");
        var first = App.ChatAsync(ChatBody.Text("one", "narrow"));
        await App.Simulator.Requests.WaitForAsync(1, Timeout);
        var second = App.ChatAsync(ChatBody.Text("two", "narrow"));
        await App.Simulator.Requests.WaitForAsync(2, Timeout);

        using var third = await App.ChatAsync(ChatBody.Text("three", "narrow"));

        third.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string?)(await third.ErrorAsync())["code"]).ShouldBe("deployments_at_capacity");
        App.Simulator.Requests.Total.ShouldBe(2);
        (await first).Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task Providers_wait_is_kept_over_a_reload_of_the_catalog()
    {
        App.Simulator.Script.Enqueue("status=429;retry_after=600");
        (await App.ChatAsync(ChatBody.Text("hello", "pair"))).Dispose();
        await File.AppendAllTextAsync(App.CatalogPath, "\n// changed\n", Timeout);
        App.ReloadCatalog();

        using var response = await App.ChatAsync(ChatBody.Text("hello", "pair"));

        response.Header("x-gateway-provider").ShouldBe("b");
        App.Simulator.Requests.Total.ShouldBe(3);
        var health = await HealthAsync("a", "pair-a");
        ((string?)health["state"]).ShouldBe("cooling_down");
        DateTimeOffset.Parse((string)health["cooldown_until"]!).ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddMinutes(9));
    }

    [Fact]
    public async Task Health_of_each_deployment_is_listed()
    {
        (await App.ChatAsync(ChatBody.Text("hello", "moved"))).Dispose();

        var failed = await HealthAsync("absent", "gone");
        var served = await HealthAsync("b", "well");

        ((decimal)failed["error_rate"]!, (string?)failed["state"], (int)failed["in_flight"]!).ShouldBe((1m, "closed", 0));
        ((decimal)served["error_rate"]!, (string?)served["state"]).ShouldBe((0m, "closed"));
        ((decimal)served["latency_ms"]!).ShouldBeGreaterThan(0);
        ((decimal)served["first_token_ms"]!).ShouldBeGreaterThan(0);
        served["cooldown_until"].ShouldBeNull();
    }

    private async Task<JsonNode> HealthAsync(string provider, string model)
    {
        using var client = App.Client(GatewayApp.AdminKey);
        var list = JsonNode.Parse(await client.GetStringAsync("/admin/v1/providers", Timeout))!;
        return list["data"]!.AsArray().Single(health => (string?)health!["provider"] == provider && (string?)health["model"] == model)!;
    }

    private static string Catalog(Uri simulator) => RoutingCatalog.For(
        simulator,
        $$"""
        "again": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "a", "model": "x" }], "retries": { "same_deployment": 5, "backoff": "1ms" } },
        "hurried": { "deployments": [{ "provider": "a", "model": "y" }], "retries": { "same_deployment": 5, "backoff": "1ms" },
          "timeouts": { "first_byte": "400ms", "total": "600ms" } },
        "dear": { "prices": [{ "from": "2025-01-01", "input": "9" }], "image_tokens": "openai-tile-85-170", "fallbacks": ["cheap"],
          "deployments": [{ "provider": "absent", "model": "dear-up" }] },
        "cheap": { "prices": [{ "from": "2025-01-01", "input": "1" }], "image_tokens": "openai-tile-70-140", "deployments": [{ "provider": "b", "model": "cheap-up" }] },
        "picky": { "deployments": [
          { "provider": "a", "model": "picky-a", "image_tokens": { "patch": { "multiplier": "1", "max_side": 2048, "budget": 1536, "reject_above": 10 } } },
          { "provider": "b", "model": "picky-b", "image_tokens": "openai-tile-85-170", "priority": 1 }] },
        "useful-429": { "deployments": [{ "provider": "a", "model": "m;status=429;retry_after=7" }, { "provider": "absent", "model": "u1", "priority": 1 }] },
        "useful-503": { "deployments": [{ "provider": "absent", "model": "u2" }, { "provider": "a", "model": "m;status=503", "priority": 1 }, { "provider": "a", "model": "m;html;status=200", "priority": 2 }] },
        "useful-auth": { "deployments": [{ "provider": "stranger", "model": "u3" }, { "provider": "absent", "model": "u3", "priority": 1 }] },
        "only-auth": { "deployments": [{ "provider": "stranger", "model": "u4" }] },
        "moved": { "deployments": [{ "provider": "absent", "model": "gone" }, {{Well}}] },
        "narrow": { "timeouts": { "first_byte": "3s" }, "retries": { "attempts": 1 },
          "deployments": [{ "provider": "a", "model": "n", "max_concurrency": 1 }, { "provider": "b", "model": "n", "max_concurrency": 1, "priority": 1 }] },
        "pair": { "deployments": [{ "provider": "a", "model": "pair-a" }, {{Well}}] },
        """,
        $$""" "stranger": { "dialect": "openai", "base_url": "{{simulator}}", "api_key": "sk-not-the-right-one" } """);
}
