using System.Net;
using System.Text.Json.Nodes;
using Gateway.Backends.Tests.Storage;
using Gateway.Catalog;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Keys;
using Gateway.Limits;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

/// <summary><c>GET /admin/v1/limits</c> over limits of one process or of Redis.</summary>
public abstract class LimitEndpointSuite
{
    private protected abstract Task<AdminNode> StartAsync();

    [Fact]
    public async Task Every_limit_that_binds_a_key_is_told_with_its_use()
    {
        await using var node = await StartAsync();
        var tenant = (string)(await node.PostAsync(
            "/tenants", """{"name":"Acme","tier":"tier-1","limits":{"requests_per_minute":2,"models":{"gpt-4o":{"concurrent_requests":3}}}}""", HttpStatusCode.Created))["id"]!;
        var issued = await node.PostAsync($"/tenants/{tenant}/keys", """{"name":"ci","limits":{"models":{"gpt-4o":{"tokens_per_minute":2}}}}""", HttpStatusCode.Created);
        await using var running = await AdmitAsync(node, (string)issued["key"]!, "gpt-4o", tokens: 2);

        var told = await LimitsAsync(node, issued);
        (await LimitsAsync(node, issued))["limits"]!.AsArray().Select(Row).ShouldBe(told["limits"]!.AsArray().Select(Row));

        (told["object"]!.ToString(), told["key_id"]!.ToString(), told["tenant_id"]!.ToString(), told["tier"]!.ToString())
            .ShouldBe(("limits", issued["id"]!.ToString(), tenant, "tier-1"));

        // One of two comes back each half minute: none does while this runs.
        told["limits"]!.AsArray().Select(Row).ShouldBe(
        [
            ("tenant", null, "requests", 2, 1, 1),
            ("tenant", null, "concurrent_requests", 50, 1, 49),
            ("key_model", "gpt-4o", "tokens", 2, 2, 0),
            ("tenant_model", "gpt-4o", "concurrent_requests", 3, 1, 2),
        ]);
        var resets = told["limits"]!.AsArray().Select(limit => (decimal?)limit!["reset_seconds"]).ToArray();
        resets[0].ShouldNotBeNull().ShouldBeInRange(0.001m, 30);
        resets[2].ShouldNotBeNull().ShouldBeInRange(30.001m, 60);
        (resets[1], resets[3]).ShouldBe((null, null));
    }

    [Fact]
    public async Task What_a_request_gives_back_is_not_used_any_more()
    {
        await using var node = await StartAsync();
        var tenant = await node.CreateTenantAsync();
        var issued = await node.PostAsync($"/tenants/{tenant}/keys", """{"name":"ci","limits":{"tokens_per_minute":2,"concurrent_requests":1}}""", HttpStatusCode.Created);
        await (await AdmitAsync(node, (string)issued["key"]!, "gpt-4o", tokens: 2)).SettleAsync(1, CancellationToken.None);

        (await LimitsAsync(node, issued))["limits"]!.AsArray().Select(Row).ShouldBe(
        [
            ("key", null, "tokens", 2, 1, 1),
            ("key", null, "concurrent_requests", 1, 0, 1),
        ]);
    }

    [Fact]
    public async Task Key_that_nothing_binds_has_no_limits()
    {
        await using var node = await StartAsync();
        var issued = await node.PostAsync($"/tenants/{await node.CreateTenantAsync()}/keys", """{"name":"ci"}""", HttpStatusCode.Created);

        var told = await LimitsAsync(node, issued);

        told["limits"]!.AsArray().ShouldBeEmpty();
        told["tier"].ShouldBeNull();
    }

    [Fact]
    public async Task Key_that_is_not_there_is_not_found()
    {
        await using var node = await StartAsync();

        (await node.GetAsync("/limits?key=key_none", HttpStatusCode.NotFound))["error"]!["message"]!.ToString().ShouldBe("No such key: 'key_none'.");
    }

    private protected static Task<JsonObject> LimitsAsync(AdminNode node, JsonObject key) => node.GetAsync($"/limits?key={key["id"]}", HttpStatusCode.OK);

    /// <summary>As the pipeline does it.</summary>
    private static async Task<Reservation> AdmitAsync(AdminNode node, string secret, string model, long tokens)
    {
        var authenticated = await node.Services.GetRequiredService<KeyAuthenticator>().AuthenticateAsync($"Bearer {secret}", null, CancellationToken.None);
        authenticated.TryGet(out var caller, out _).ShouldBeTrue();
        var scopes = caller!.PlanUnder(node.Services.GetRequiredService<CatalogStore>().Current.Tier(caller.Tier)).ForModel(model);
        var outcome = await node.Services.GetRequiredService<ILimiter>().ReserveAsync(new ReservationTerms("req_1", caller.Tenant, scopes, tokens), CancellationToken.None);
        outcome.TryGet(out var reservation).ShouldBeTrue();
        return reservation!;
    }

    private static (string Scope, string? Model, string Kind, long Limit, long Used, long Remaining) Row(JsonNode? limit) =>
        ((string)limit!["scope"]!, (string?)limit["model"], (string)limit["kind"]!, (long)limit["limit"]!, (long)limit["used"]!, (long)limit["remaining"]!);
}
