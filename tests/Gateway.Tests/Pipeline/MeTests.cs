using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Keys;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>What a tenant's own key can see of itself and of what its tenant used.</summary>
public sealed class MeTests : GatewayTest
{
    private static readonly Money Dollar = new(1_000_000_000);

    [Fact]
    public async Task Key_sees_its_limits_its_balance_and_what_it_and_its_tenant_used_this_month()
    {
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("Acme") { Mode = BillingMode.Prepaid, Limits = new RateLimits { RequestsPerMinute = 300 } }, Dollar);
        await App.CreditAsync(tenant, Dollar);
        var other = (await App.Services.GetRequiredService<KeyStore>().IssueAsync(tenant, new KeyDraft("other"), Actor.Gateway, Timeout)).Secret;
        using (await App.ChatAsync(ChatBody.Text("hello"), key))
        using (await App.ChatAsync(ChatBody.Text("hello"), other))
        {
        }

        var rows = await App.RowsAsync(2, Timeout);
        var me = await GetAsync("v1/me", key, HttpStatusCode.OK);

        ((string?)me["object"], (string?)me["tenant"]!["id"], (string?)me["tenant"]!["name"], (string?)me["key"]!["name"]).ShouldBe(("me", tenant.Value, "Acme", "test"));
        me["key"]!["key"].ShouldBeNull();
        me["limits"]!.AsArray().Select(limit => ((string?)limit!["kind"], (long?)limit["limit"])).ShouldBe([("requests", 300L)]);
        var spent = new Money(rows.Sum(row => row.Amount.NanoUsd));
        ((string?)me["balance"]).ShouldBe((Dollar - spent).ToString());
        me["funds"]!.AsArray().Select(fund => ((string?)fund!["scope"], (string?)fund["kind"])).ShouldBe([("tenant", "balance"), ("key", "monthly_budget")]);
        ((long?)me["usage"]!["key"]!["requests"], (long?)me["usage"]!["tenant"]!["requests"], (string?)me["usage"]!["tenant"]!["amount"]).ShouldBe((1, 2, spent.ToString()));
    }

    [Fact]
    public async Task Usage_and_costs_have_openais_buckets_and_sum_to_the_ledger()
    {
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("Acme"));
        using (await App.ChatAsync(ChatBody.Text("hello"), key))
        using (await App.ChatAsync(ChatBody.Text("hello there"), key))
        using (await App.ChatAsync(ChatBody.Text("hello"), App.Key))
        {
        }

        var rows = (await App.RowsAsync(3, Timeout)).Where(row => row.TenantId == tenant).ToList();
        var start = rows[0].At.ToUnixTimeSeconds() - 86_400;

        foreach (var (width, seconds, limit) in new[] { ("1d", 86_400L, 7), ("1h", 3600L, 48), ("1m", 60L, 1440) })
        {
            var from = width == "1m" ? rows[0].At.ToUnixTimeSeconds() - 600 : start;
            var usage = await GetAsync($"v1/organization/usage/completions?start_time={from}&bucket_width={width}&limit={Math.Min(limit, width == "1d" ? 31 : 168)}&group_by[]=model&group_by[]=api_key_id", key, HttpStatusCode.OK);
            ((string?)usage["object"], (bool?)usage["has_more"], (string?)usage["next_page"]).ShouldBe(("page", false, null), width);
            var buckets = usage["data"]!.AsArray();
            buckets.ShouldAllBe(bucket => (long)bucket!["end_time"]! - (long)bucket["start_time"]! == seconds);
            var results = buckets.SelectMany(bucket => bucket!["results"]!.AsArray()).ToList();
            results.Sum(result => (long)result!["num_model_requests"]!).ShouldBe(2, width);
            results.Sum(result => (long)result!["input_tokens"]!).ShouldBe(rows.Sum(row => row.PromptTokens));
            results.Sum(result => (long)result!["output_tokens"]!).ShouldBe(rows.Sum(row => row.CompletionTokens));
            results.ShouldAllBe(result => (string?)result!["model"] == rows[0].Model && (string?)result["api_key_id"] == rows[0].KeyId.Value && result["project_id"] == null);
        }

        var costs = await GetAsync($"v1/organization/costs?start_time={start}&group_by=line_item", key, HttpStatusCode.OK);
        var cost = costs["data"]!.AsArray().SelectMany(bucket => bucket!["results"]!.AsArray()).ShouldHaveSingleItem()!;
        ((decimal)cost["amount"]!["value"]!, (string?)cost["amount"]!["currency"], (string?)cost["line_item"])
            .ShouldBe((rows.Sum(row => row.Amount.NanoUsd) / 1_000_000_000m, "usd", rows[0].Model));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_and_another_project_is_empty()
    {
        var first = await GetAsync("v1/organization/usage/completions?start_time=1700000000&end_time=1701000000&limit=5", App.Key, HttpStatusCode.OK);
        var second = await GetAsync($"v1/organization/usage/completions?start_time=1700000000&end_time=1701000000&limit=5&page={first["next_page"]}", App.Key, HttpStatusCode.OK);

        first["data"]!.AsArray().Count.ShouldBe(5);
        ((long?)second["data"]![0]!["start_time"]).ShouldBe((long?)first["data"]![4]!["end_time"]);
        (await GetAsync("v1/organization/costs?start_time=1700000000&project_ids=proj_1", App.Key, HttpStatusCode.OK))["data"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("usage/completions", "start_time")]
    [InlineData("usage/completions?start_time=yesterday", "start_time")]
    [InlineData("usage/completions?start_time=-1", "start_time")]
    [InlineData("usage/completions?start_time=99999999999999999999", "start_time")]
    [InlineData("usage/completions?start_time=5&end_time=5", "end_time")]
    [InlineData("usage/completions?start_time=5&bucket_width=2d", "bucket_width")]
    [InlineData("usage/completions?start_time=5&limit=32", "limit")]
    [InlineData("usage/completions?start_time=5&limit=0", "limit")]
    [InlineData("usage/completions?start_time=5&group_by=line_item", "group_by")]
    [InlineData("usage/completions?start_time=5&page=x", "page")]
    [InlineData("usage/completions?start_time=5&tenant=x", "tenant")]
    [InlineData("costs?start_time=5&bucket_width=1h", "bucket_width")]
    [InlineData("costs?start_time=5&group_by=model", "group_by")]
    public async Task Wrong_parameter_is_refused_by_name(string path, string param) =>
        ((string?)(await GetAsync($"v1/organization/{path}", App.Key, HttpStatusCode.BadRequest))["error"]!["param"]).ShouldBe(param);

    [Theory]
    [InlineData("v1/me")]
    [InlineData("v1/organization/usage/completions?start_time=5")]
    [InlineData("v1/organization/costs?start_time=5")]
    public async Task Without_a_key_nothing_is_told(string path) => await GetAsync(path, "sk-nobody", HttpStatusCode.Unauthorized);

    private async Task<JsonNode> GetAsync(string path, string key, HttpStatusCode expected)
    {
        using var client = new HttpClient { BaseAddress = App.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await client.GetAsync(path, Timeout);
        var text = await response.Content.ReadAsStringAsync(Timeout);
        response.StatusCode.ShouldBe(expected, text);
        return JsonNode.Parse(text)!;
    }
}
