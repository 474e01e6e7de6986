using System.Net;
using System.Text.Json.Nodes;
using Gateway.Backends.Tests.Ledger;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Keys;
using Gateway.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

public abstract class AdminSuite(Backend backend)
{
    [Fact]
    public async Task Tenant_is_made_read_and_listed()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var created = await node.PostAsync(
            "/tenants",
            """{"name":"Ünïted","tier":"tier-1","mode":"postpaid","disconnect":"cancel","limits":{"requests_per_minute":300,"concurrent_requests":1000000,"models":{"gpt-4o":{"tokens_per_minute":5,"concurrent_requests":2}}},"monthly_budget":null}""",
            HttpStatusCode.Created);

        ((string)created["id"]!).ShouldMatch("^ten_[0-9a-f]{32}$");
        created["object"]!.ToString().ShouldBe("tenant");
        created["name"]!.ToString().ShouldBe("Ünïted");
        created["tier"]!.ToString().ShouldBe("tier-1");
        created["mode"]!.ToString().ShouldBe("postpaid");
        created["disconnect"]!.ToString().ShouldBe("cancel");
        ((long)created["limits"]!["concurrent_requests"]!).ShouldBe(1_000_000);
        ((long)created["limits"]!["models"]!["gpt-4o"]!["tokens_per_minute"]!).ShouldBe(5);
        ((long)created["limits"]!["models"]!["gpt-4o"]!["concurrent_requests"]!).ShouldBe(2);

        var read = await node.GetAsync($"/tenants/{created["id"]}", HttpStatusCode.OK);
        WithoutTime(read).ShouldBe(WithoutTime(created));
        var listed = await node.GetAsync("/tenants", HttpStatusCode.OK);
        listed["data"]!.AsArray().Select(tenant => (string)tenant!["id"]!).ShouldBe([(string)created["id"]!]);
        ((bool)listed["has_more"]!).ShouldBeFalse();
        listed["next_cursor"].ShouldBeNull();
    }

    [Fact]
    public async Task Key_is_shown_once_works_and_ends_when_deleted()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = await node.CreateTenantAsync();
        var created = await node.PostAsync(
            $"/tenants/{tenant}/keys",
            """{"name":"ci","allowed_models":["gpt-4*"],"expires_at":"2100-01-01T00:00:00Z","role":"member","limits":{"tokens_per_minute":15000}}""",
            HttpStatusCode.Created);
        var secret = (string)created["key"]!;
        var id = (string)created["id"]!;
        var authenticator = node.Services.GetRequiredService<KeyAuthenticator>();

        (await authenticator.AuthenticateAsync($"Bearer {secret}", CancellationToken.None)).TryGet(out var caller, out _).ShouldBeTrue();
        caller!.Key.Value.ShouldBe(id);
        caller.KeyLimits.TokensPerMinute.ShouldBe(15_000);
        created["prefix"]!.ToString().ShouldBe(secret[..10] + "...");
        created["expires_at"]!.ToString().ShouldBe("2100-01-01T00:00:00+00:00");

        var listed = await node.GetAsync($"/tenants/{tenant}/keys", HttpStatusCode.OK);
        listed["data"]![0]!["id"]!.ToString().ShouldBe(id);
        listed.ToJsonString().ShouldNotContain(secret);
        listed["data"]![0]!.AsObject().ContainsKey("key").ShouldBeFalse();

        var deleted = await node.DeleteAsync($"/keys/{id}", HttpStatusCode.OK);
        deleted["revoked_at"].ShouldNotBeNull();
        (await authenticator.AuthenticateAsync($"Bearer {secret}", CancellationToken.None)).Error!.Code.ShouldBe("invalid_api_key");
        await node.DeleteAsync($"/keys/{id}", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Ledger_is_read_page_by_page_with_amounts_as_integers()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = await node.CreateTenantAsync();
        var key = (string)(await node.PostAsync($"/tenants/{tenant}/keys", """{"name":"ci"}""", HttpStatusCode.Created))["id"]!;
        var writer = node.Services.GetRequiredService<LedgerWriter>();
        for (var i = 0; i < 5; i++)
        {
            await writer.CommitAsync(
                LedgerEntries.At(LedgerEntries.Begin.AddDays(i)) with { TenantId = new TenantId(tenant), KeyId = new KeyId(key), Tags = i == 4 ? "\0" : null },
                CancellationToken.None);
            await writer.CommitAsync(LedgerEntries.At(LedgerEntries.Begin.AddDays(i)), CancellationToken.None);
        }

        var first = await node.GetAsync($"/ledger?key={key}&limit=3", HttpStatusCode.OK);
        ((bool)first["has_more"]!).ShouldBeTrue();
        var second = await node.GetAsync($"/ledger?key={key}&limit=3&cursor={first["next_cursor"]}", HttpStatusCode.OK);
        ((bool)second["has_more"]!).ShouldBeFalse();
        var rows = first["data"]!.AsArray().Concat(second["data"]!.AsArray()).ToArray();
        rows.Select(row => (string)row!["at"]!).ShouldBe(Enumerable.Range(1, 5).Reverse().Select(day => $"2026-01-0{day}T00:00:00+00:00"));
        rows.ShouldAllBe(row => (string)row!["tenant_id"]! == tenant);

        var newest = rows[0]!.AsObject();
        ((long)newest["amount_nano_usd"]!).ShouldBe(5_667_500);
        ((long)newest["list_amount_nano_usd"]!).ShouldBe(7_000_000);
        newest["price"]!["input"]!.ToString().ShouldBe("2.50");
        newest["outcome"]!.ToString().ShouldBe("completed");
        newest["usage_source"]!.ToString().ShouldBe("provider");
        newest["tags"]!.ToString().ShouldBe("\ufffd");
        newest.Select(field => field.Key).ShouldBe(ContractFields);

        var span = await node.GetAsync($"/ledger?tenant={tenant}&from=2026-01-02&to=2026-01-04T00:00:00Z&model=gpt-4o", HttpStatusCode.OK);
        span["data"]!.AsArray().Count.ShouldBe(2);
        (await node.GetAsync($"/ledger?key={key}%27%20or%201=1--", HttpStatusCode.OK))["data"]!.AsArray().ShouldBeEmpty();
        (await node.GetAsync("/ledger", HttpStatusCode.OK))["data"]!.AsArray().Count.ShouldBe(10);
    }

    [Fact]
    public async Task Tenants_are_paged()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            made.Add(await node.CreateTenantAsync());
        }

        var first = await node.GetAsync("/tenants?limit=3", HttpStatusCode.OK);
        ((bool)first["has_more"]!).ShouldBeTrue();
        var second = await node.GetAsync($"/tenants?limit=3&cursor={first["next_cursor"]}", HttpStatusCode.OK);
        first["data"]!.AsArray().Concat(second["data"]!.AsArray()).Select(tenant => (string)tenant!["id"]!).ShouldBe(made, ignoreOrder: true);
    }

    [Fact]
    public async Task What_is_not_there_is_404()
    {
        await using var node = await AdminNode.StartAsync(backend);

        (await node.GetAsync("/tenants/ten_none", HttpStatusCode.NotFound))["error"]!["code"]!.ToString().ShouldBe("not_found");
        await node.PostAsync("/tenants/ten_none/keys", """{"name":"ci"}""", HttpStatusCode.NotFound);
        await node.GetAsync("/tenants/ten_none/keys", HttpStatusCode.NotFound);
        await node.DeleteAsync("/keys/key_none", HttpStatusCode.NotFound);
    }

    private static readonly string[] ContractFields =
    [
        "request_id", "at", "tenant_id", "key_id", "endpoint", "model", "provider", "upstream_model", "stream", "status", "outcome",
        "prompt_tokens", "cached_tokens", "image_tokens", "image_tokens_estimated", "audio_input_tokens", "cache_write_tokens", "completion_tokens",
        "reasoning_tokens", "audio_output_tokens", "image_output_tokens", "images", "output_images", "seconds", "characters", "end_user", "tags",
        "usage_source", "price", "amount_nano_usd", "list_amount_nano_usd", "latency_ms", "first_token_ms", "trace_id",
    ];

    // The answer to the making has the clock's ticks, the stored row its microseconds.
    private static string WithoutTime(JsonObject tenant)
    {
        var copy = tenant.DeepClone().AsObject();
        copy.Remove("created_at");
        return copy.ToJsonString();
    }
}
