using System.Net;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Keys;
using Gateway.Testing;
using Gateway.Tests.Forwarding.Routing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Responses;

/// <summary>What providers store is its tenant's alone, and stays with the deployment that has it.</summary>
public sealed class StoredResponseTests : GatewayTest
{
    protected override GatewayAppOptions Options => new()
    {
        Catalog = address => RoutingCatalog.For(address, $$"""
            "m": { {{RoutingCatalog.Price}}, "max_output_tokens": 1000, "retries": { "attempts": 3, "same_deployment": 0 },
                   "deployments": [{ "provider": "a", "model": "first" }, { "provider": "b", "model": "second", "priority": 1 }] },
            "sibling": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "a", "model": "other" }] },
            "stranger": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "c", "model": "third" }] },
            "claude": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "anthropic", "model": "claude" }] },
            "mixed": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "anthropic", "model": "claude" }, { "provider": "b", "model": "second", "priority": 1 }] },
            "v1": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "azure-v1", "model": "dep" }] },
            "classic": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "azure", "model": "dep" }] }
            """, $$"""
            "anthropic": { "dialect": "anthropic", "base_url": "{{new Uri(address, "/")}}", "api_key": "{{TestCatalog.ProviderKey}}" },
            "azure-v1": { "dialect": "azure", "base_url": "{{new Uri(address, "/")}}", "api_key": "{{TestCatalog.ProviderKey}}" },
            "azure": { "dialect": "azure", "base_url": "{{new Uri(address, "/")}}", "api_key": "{{TestCatalog.ProviderKey}}", "api_version": "2025-03-01-preview" }
            """),
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_that_builds_on_a_response_goes_to_who_has_it_and_weighs_its_history(bool stream)
    {
        // The first deployment fails, so the second has the response; afterwards the first is well again.
        App.Simulator.Script.Enqueue("status=500", "prompt_tokens=400;completion_tokens=100");
        var id = await MakeAsync("m", stream);
        var key = App.Key;

        using var quote = await App.RespondAsync(Next("m", id), key, "/v1/responses/quote");
        using var next = await App.RespondAsync(Next("m", id), key);

        next.StatusCode.ShouldBe(HttpStatusCode.OK, await next.Content.ReadAsStringAsync(Timeout));
        next.Header("x-gateway-provider").ShouldBe("b");
        ((int)(await quote.JsonAsync())["history_tokens"]!).ShouldBe(500);
        var received = await App.Simulator.Requests.WaitForAsync(3, Timeout);
        received[^1].BodyText.ShouldContain("\"model\":\"second\"");
    }

    [Fact]
    public async Task History_is_paid_for_where_the_provider_does_not_tell_its_usage()
    {
        App.Simulator.Script.Enqueue("prompt_tokens=400;completion_tokens=100", "no_usage;text=one");
        var id = await MakeAsync("m");

        using var next = await App.RespondAsync(Next("m", id));

        var row = (await App.RowsAsync())[0];
        row.UsageSource.ShouldBe(UsageSource.Estimated);
        row.PromptTokens.ShouldBeInRange(505, 515);
    }

    [Fact]
    public async Task Nobody_else_is_asked_when_who_has_it_fails()
    {
        var id = await MakeAsync("m");
        App.Simulator.Script.Enqueue("status=500", "text=somebody else");

        using var next = await App.RespondAsync(Next("m", id));

        next.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        App.Simulator.Requests.Total.ShouldBe(2);
    }

    [Fact]
    public async Task Another_model_of_the_same_account_may_go_on_and_one_of_another_may_not()
    {
        var id = await MakeAsync("m");

        using var sibling = await App.RespondAsync(Next("sibling", id));
        using var stranger = await App.RespondAsync(Next("stranger", id));

        sibling.StatusCode.ShouldBe(HttpStatusCode.OK, await sibling.Content.ReadAsStringAsync(Timeout));
        stranger.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await stranger.ErrorAsync())["param"]).ShouldBe("previous_response_id");
    }

    [Fact]
    public async Task Another_tenants_response_is_as_one_that_never_was()
    {
        var id = await MakeAsync("m");
        var stranger = await App.IssueKeyAsync();
        var sent = App.Simulator.Requests.Total;

        foreach (var (key, named) in new[] { (stranger, id), (App.Key, "resp_unknown") })
        {
            using var next = await App.RespondAsync(Next("m", named), key);
            next.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            var error = await next.ErrorAsync();
            ((string?)error["code"], (string?)error["param"], (string?)error["message"])
                .ShouldBe(("previous_response_not_found", "previous_response_id", $"Previous response with id '{named}' not found."));

            foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Get, "/input_items"), (HttpMethod.Post, "/cancel"), (HttpMethod.Delete, "") })
            {
                using var response = await App.SendAsync(method, $"/v1/responses/{named}{path}", key);
                response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
                ((string?)(await response.ErrorAsync())["message"]).ShouldBe($"Response with id '{named}' not found.");
            }
        }

        App.Simulator.Requests.Total.ShouldBe(sent);
        (await App.RowsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Item_is_referred_to_by_its_own_tenant_alone()
    {
        App.Simulator.Script.Enqueue("reasoning=3");
        using var made = await App.RespondAsync("""{"model":"m","input":"hello"}""");
        var items = (await made.JsonAsync())["output"]!.AsArray().Select(item => (string)item!["id"]!).ToArray();
        items.Length.ShouldBe(2);
        var body = $$"""{"model":"m","input":[{"type":"reasoning","id":"{{items[0]}}","summary":[]},{"type":"item_reference","id":"{{items[1]}}"},{"role":"user","content":"go on"}]}""";

        using var mine = await App.RespondAsync(body);
        using var theirs = await App.RespondAsync(body, await App.IssueKeyAsync());
        using var wrong = await App.RespondAsync($$"""{"model":"m","previous_response_id":"{{items[1]}}","input":"x"}""");

        mine.StatusCode.ShouldBe(HttpStatusCode.OK, await mine.Content.ReadAsStringAsync(Timeout));
        theirs.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string?)(await theirs.ErrorAsync())["param"]).ShouldBe("input[0].id");
        wrong.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Response_that_is_not_stored_cannot_be_built_on()
    {
        using var made = await App.RespondAsync("""{"model":"m","input":"hello","store":false}""");

        using var next = await App.RespondAsync(Next("m", (string)(await made.JsonAsync())["id"]!));

        next.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Stored_response_is_shown_to_its_tenant_and_deleted_by_it()
    {
        var id = await MakeAsync("m");

        using var got = await App.SendAsync(HttpMethod.Get, $"/v1/responses/{id}?include[]=message.output_text.logprobs");
        using var items = await App.SendAsync(HttpMethod.Get, $"/v1/responses/{id}/input_items?limit=10&order=asc");
        using var cancelled = await App.SendAsync(HttpMethod.Post, $"/v1/responses/{id}/cancel");
        using var streamed = await App.SendAsync(HttpMethod.Get, $"/v1/responses/{id}?stream=true");
        using var deleted = await App.SendAsync(HttpMethod.Delete, $"/v1/responses/{id}");
        using var gone = await App.SendAsync(HttpMethod.Get, $"/v1/responses/{id}");
        using var next = await App.RespondAsync(Next("m", id));

        var answer = await got.JsonAsync();
        ((string?)answer["id"], (string?)answer["model"], (string?)answer["status"]).ShouldBe((id, "m", "completed"));
        got.Header("x-gateway-provider").ShouldBe("a");
        ((string?)(await items.JsonAsync())["data"]![0]!["content"]![0]!["text"]).ShouldBe("hello");
        cancelled.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        streamed.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((bool)(await deleted.JsonAsync())["deleted"]!).ShouldBeTrue();
        (gone.StatusCode, next.StatusCode).ShouldBe((HttpStatusCode.NotFound, HttpStatusCode.NotFound));
        var requests = await App.Simulator.Requests.WaitForAsync(5, Timeout);
        requests[1].Header("Authorization").ShouldBe($"Bearer {TestCatalog.ProviderKey}");
        (await App.RowsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Dialects_without_responses_are_refused_by_name_or_passed_over()
    {
        using var alone = await App.RespondAsync("""{"model":"claude","input":"hello"}""");
        using var mixed = await App.RespondAsync("""{"model":"mixed","input":"hello"}""");

        alone.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await alone.ErrorAsync();
        ((string?)error["param"], ((string)error["message"]!).Contains("/v1/responses", StringComparison.Ordinal)).ShouldBe(("model", true));
        mixed.StatusCode.ShouldBe(HttpStatusCode.OK);
        mixed.Header("x-gateway-provider").ShouldBe("b");
    }

    [Theory]
    [InlineData("v1", "/openai/v1/responses", "")]
    [InlineData("classic", "/openai/responses", "2025-03-01-preview")]
    public async Task Azure_serves_responses_by_either_of_its_paths(string model, string path, string version)
    {
        var id = await MakeAsync(model, stream: true);
        using var next = await App.RespondAsync(Next(model, id));
        using var got = await App.SendAsync(HttpMethod.Get, $"/v1/responses/{id}");

        (next.StatusCode, got.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK));
        var requests = await App.Simulator.Requests.WaitForAsync(3, Timeout);
        requests[0].Path.ShouldBe(path);
        requests[0].BodyText.ShouldContain("\"model\":\"dep\"");
        requests[2].Path.ShouldBe($"{path}/{id}");
        requests[2].Header("api-key").ShouldBe(TestCatalog.ProviderKey);
        (requests[0].Query, requests[2].Query).ShouldBe((version.Length == 0 ? "" : $"?api-version={version}", version.Length == 0 ? "" : $"?api-version={version}"));
    }

    [Fact]
    public async Task Money_is_held_for_the_history_as_well()
    {
        // 100,000 tokens of history at 2.50 a million are 0.25: more than the 0.2 that are left.
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("prepaid") { Mode = BillingMode.Prepaid });
        await App.CreditAsync(tenant, new Money(450_000_000));
        App.Simulator.Script.Enqueue("prompt_tokens=90000;completion_tokens=2000");
        var id = await MakeAsync("m", key: key);

        using var next = await App.RespondAsync(Next("m", id), key);
        using var fresh = await App.RespondAsync("""{"model":"m","input":"hello"}""", key);

        next.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests, await next.Content.ReadAsStringAsync(Timeout));
        fresh.StatusCode.ShouldBe(HttpStatusCode.OK, await fresh.Content.ReadAsStringAsync(Timeout));
    }

    private static string Next(string model, string id) => $$"""{"model":"{{model}}","previous_response_id":"{{id}}","input":"and then?"}""";

    private async Task<string> MakeAsync(string model, bool stream = false, string? key = null)
    {
        using var response = await App.RespondAsync($$"""{"model":"{{model}}","input":"hello","stream":{{(stream ? "true" : "false")}}}""", key);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        return stream ? (string)ResponsesCalls.Event((await response.BlocksAsync())[^1]).Data["response"]!["id"]! : (string)(await response.JsonAsync())["id"]!;
    }
}
