using System.Net;
using System.Text.Json.Nodes;
using Gateway.Backends.Tests.Storage;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

/// <summary>What becomes of tenants and keys after they are made, and who may do it.</summary>
public abstract class AdminKeyLifeSuite(Backend backend)
{
    [Fact]
    public async Task Fields_of_a_key_are_changed_one_by_one_and_cleared_by_null()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var key = await IssueAsync(
            node, await node.CreateTenantAsync(), """{"name":"ci","monthly_budget":"5","allowed_models":["a"],"allowed_ips":["192.0.2.7"],"expires_at":"2100-01-01T00:00:00Z"}""");
        ((string?)key["allowed_ips"]![0]).ShouldBe("192.0.2.7/32");

        var changed = await PatchAsync(node, $"/keys/{key["id"]}", """{"name":"build","monthly_budget":null,"allowed_models":null}""", HttpStatusCode.OK);

        ((string?)changed["name"], changed["monthly_budget"], changed["allowed_models"], (string?)changed["role"]).ShouldBe(("build", null, null, "member"));
        ((string?)changed["expires_at"], (string?)changed["allowed_ips"]![0]).ShouldBe(("2100-01-01T00:00:00+00:00", "192.0.2.7/32"));
        (await node.GetAsync($"/keys/{key["id"]}", HttpStatusCode.OK)).ToJsonString().ShouldBe(changed.ToJsonString());
        ((string?)(await PatchAsync(node, $"/keys/{key["id"]}", "{}", HttpStatusCode.BadRequest))["error"]!["code"]).ShouldBe("missing_required_parameter");
        ((string?)(await PatchAsync(node, $"/keys/{key["id"]}", """{"key":"sk-gw-x"}""", HttpStatusCode.BadRequest))["error"]!["param"]).ShouldBe("key");
        await PatchAsync(node, "/keys/key_none", """{"name":"x"}""", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Rotation_shows_the_new_secret_once_and_keeps_the_id()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var key = await IssueAsync(node, await node.CreateTenantAsync(), """{"name":"ci"}""");

        var rotated = await node.PostAsync($"/keys/{key["id"]}/rotate", """{"grace":"15m"}""", HttpStatusCode.OK);
        var again = await node.PostAsync($"/keys/{key["id"]}/rotate", "", HttpStatusCode.OK);

        new[] { (string?)rotated["id"], (string?)again["id"] }.ShouldAllBe(id => id == (string?)key["id"]);
        new[] { (string?)key["key"], (string?)rotated["key"], (string?)again["key"] }.Distinct().Count().ShouldBe(3);
        (await node.GetAsync($"/keys/{key["id"]}", HttpStatusCode.OK))["key"].ShouldBeNull();
        foreach (var grace in (string[])["\"soon\"", "\"-1h\"", "\"721h\"", "24"])
        {
            ((string?)(await node.PostAsync($"/keys/{key["id"]}/rotate", $$"""{"grace":{{grace}}}""", HttpStatusCode.BadRequest))["error"]!["param"]).ShouldBe("grace");
        }

        await node.DeleteAsync($"/keys/{key["id"]}", HttpStatusCode.OK);
        ((string?)(await node.PostAsync($"/keys/{key["id"]}/rotate", "", HttpStatusCode.Conflict))["error"]!["code"]).ShouldBe("key_revoked");
        ((string?)(await PatchAsync(node, $"/keys/{key["id"]}", """{"name":"x"}""", HttpStatusCode.Conflict))["error"]!["code"]).ShouldBe("key_revoked");
    }

    [Fact]
    public async Task Tenant_is_changed_and_deleted_and_both_are_told_by_the_audit_log()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = await node.CreateTenantAsync();
        var key = await IssueAsync(node, tenant, """{"name":"ci"}""");

        var changed = await PatchAsync(
            node, $"/tenants/{tenant}", """{"tier":"tier-1","mode":"prepaid","monthly_budget":"9","limits":{"requests_per_minute":3},"disconnect":"cancel"}""", HttpStatusCode.OK);
        ((string?)changed["name"], (string?)changed["tier"], (string?)changed["mode"], (string?)changed["disconnect"]).ShouldBe(("Acme", "tier-1", "prepaid", "cancel"));
        await node.DeleteAsync($"/tenants/{tenant}", HttpStatusCode.OK);

        await node.GetAsync($"/tenants/{tenant}", HttpStatusCode.NotFound);
        await node.DeleteAsync($"/tenants/{tenant}", HttpStatusCode.NotFound);
        (await node.GetAsync("/tenants", HttpStatusCode.OK))["data"]!.AsArray().ShouldBeEmpty();
        (await node.GetAsync($"/keys/{key["id"]}", HttpStatusCode.OK))["revoked_at"].ShouldNotBeNull();

        var audit = (await node.GetAsync($"/audit?tenant={tenant}", HttpStatusCode.OK))["data"]!.AsArray();
        audit.Select(entry => (string?)entry!["action"]).ShouldBe(["tenant.delete", "tenant.update", "key.create", "tenant.create"]);
        ((string?)audit[1]!["before"]!["mode"], (string?)audit[1]!["after"]!["mode"], (string?)audit[1]!["actor"]).ShouldBe(("postpaid", "prepaid", "admin key"));
        audit.ToJsonString().ShouldNotContain((string)key["key"]!);
        var page = await node.GetAsync("/audit?limit=3", HttpStatusCode.OK);
        (await node.GetAsync($"/audit?limit=3&cursor={page["next_cursor"]}", HttpStatusCode.OK))["data"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Admin_of_a_tenant_keeps_its_keys_and_nothing_that_is_the_owners()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var (tenant, other) = (await node.CreateTenantAsync(), await node.CreateTenantAsync());
        var admin = (string)(await IssueAsync(node, tenant, """{"name":"admin","role":"admin"}"""))["key"]!;
        var owner = await IssueAsync(node, tenant, """{"name":"owner","role":"owner"}""");
        var foreign = await IssueAsync(node, other, """{"name":"foreign"}""");

        var mine = await node.SendAsync(HttpMethod.Post, $"/tenants/{tenant}/keys", """{"name":"mine","role":"admin","allowed_models":["a"]}""", HttpStatusCode.Created, admin);
        await node.SendAsync(HttpMethod.Patch, $"/keys/{mine["id"]}", """{"role":"viewer"}""", HttpStatusCode.OK, admin);
        await node.SendAsync(HttpMethod.Post, $"/keys/{mine["id"]}/rotate", "", HttpStatusCode.OK, admin);
        await node.SendAsync(HttpMethod.Delete, $"/keys/{mine["id"]}", null, HttpStatusCode.OK, admin);

        foreach (var (field, body) in new[]
        {
            ("role", """{"name":"x","role":"owner"}"""),
            ("limits", """{"name":"x","limits":{"requests_per_minute":1}}"""),
            ("monthly_budget", """{"name":"x","monthly_budget":"1"}"""),
            ("monthly_budget", """{"name":"x","monthly_budget":null}"""),
        })
        {
            var made = await node.SendAsync(HttpMethod.Post, $"/tenants/{tenant}/keys", body, HttpStatusCode.Forbidden, admin);
            ((string?)made["error"]!["code"], (string?)made["error"]!["param"]).ShouldBe(("insufficient_permissions", field));
            var patched = await node.SendAsync(HttpMethod.Patch, $"/keys/{mine["id"]}", body, HttpStatusCode.Forbidden, admin);
            ((string?)patched["error"]!["param"]).ShouldBe(field);
        }

        // A new secret of an owner's key would be an owner's.
        await node.SendAsync(HttpMethod.Post, $"/keys/{owner["id"]}/rotate", "", HttpStatusCode.Forbidden, admin);
        await node.SendAsync(HttpMethod.Patch, $"/keys/{owner["id"]}", """{"name":"x"}""", HttpStatusCode.Forbidden, admin);
        await node.SendAsync(HttpMethod.Delete, $"/keys/{owner["id"]}", null, HttpStatusCode.Forbidden, admin);

        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Get, $"/tenants/{other}", null),
            (HttpMethod.Post, $"/tenants/{other}/keys", """{"name":"x"}"""),
            (HttpMethod.Get, $"/keys/{foreign["id"]}", null),
            (HttpMethod.Patch, $"/keys/{foreign["id"]}", """{"name":"x"}"""),
            (HttpMethod.Post, $"/keys/{foreign["id"]}/rotate", ""),
            (HttpMethod.Delete, $"/keys/{foreign["id"]}", null),
            (HttpMethod.Get, $"/limits?key={foreign["id"]}", null),
            (HttpMethod.Get, $"/ledger?tenant={other}", null),
            (HttpMethod.Get, $"/usage?tenant={other}", null),
            (HttpMethod.Get, $"/audit?tenant={other}", null),
            (HttpMethod.Get, $"/tenants/{other}/balance", (string?)null),
        })
        {
            await node.SendAsync(method, path, body, HttpStatusCode.NotFound, admin);
        }

        (await node.GetAsync($"/keys/{foreign["id"]}", HttpStatusCode.OK))["revoked_at"].ShouldBeNull();
        (await node.SendAsync(HttpMethod.Get, "/tenants", null, HttpStatusCode.OK, admin))["data"]!.AsArray().Single()!["id"]!.ToString().ShouldBe(tenant);
        (await node.SendAsync(HttpMethod.Get, "/audit", null, HttpStatusCode.OK, admin))["data"]!.AsArray().ShouldAllBe(entry => (string?)entry!["tenant_id"] == tenant);
    }

    [Fact]
    public async Task Owners_key_may_do_what_the_admin_key_may()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var key = await IssueAsync(node, await node.CreateTenantAsync(), """{"name":"owner","role":"owner"}""");
        var owner = (string)key["key"]!;

        var tenant = await node.SendAsync(HttpMethod.Post, "/tenants", """{"name":"other"}""", HttpStatusCode.Created, owner);
        await node.SendAsync(HttpMethod.Post, $"/tenants/{tenant["id"]}/credits", """{"amount":"1","note":"x"}""", HttpStatusCode.Created, owner);

        var audit = (await node.GetAsync($"/audit?tenant={tenant["id"]}", HttpStatusCode.OK))["data"]!.AsArray();
        audit.Select(entry => ((string?)entry!["action"], (string?)entry["actor"], (string?)entry["role"])).ShouldBe(
            [("credit.create", (string?)key["id"], "owner"), ("tenant.create", (string?)key["id"], "owner")]);
    }

    private static Task<JsonObject> IssueAsync(AdminNode node, string tenant, string body) => node.PostAsync($"/tenants/{tenant}/keys", body, HttpStatusCode.Created);

    private static Task<JsonObject> PatchAsync(AdminNode node, string path, string body, HttpStatusCode expected) =>
        node.SendAsync(HttpMethod.Patch, path, body, expected, AdminNode.AdminKey);
}
