using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Backends.Tests.Storage;
using Gateway.Keys;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

/// <summary>Ways to more than one's role, or to what it was once.</summary>
public abstract class AdminEscalationSuite(Backend backend)
{
    [Fact]
    public async Task Nobody_raises_the_role_of_his_own_key()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = await node.CreateTenantAsync();
        foreach (var (role, higher) in new[] { ("admin", "owner"), ("viewer", "admin"), ("member", "viewer") })
        {
            var (id, secret) = await IssueAsync(node, tenant, role);

            await SendAsync(node, HttpMethod.Patch, $"/keys/{id}", $$"""{"role":"{{higher}}"}""", HttpStatusCode.Forbidden, secret);
            await SendAsync(node, HttpMethod.Patch, $"/keys/{id}", $$"""{"role":"{{role}}","limits":null}""", HttpStatusCode.Forbidden, secret);

            ((string?)(await node.GetAsync($"/keys/{id}", HttpStatusCode.OK))["role"]).ShouldBe(role);
        }
    }

    [Fact]
    public async Task Admin_who_steps_down_cannot_step_up_again()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var (id, secret) = await IssueAsync(node, await node.CreateTenantAsync(), "admin");

        await SendAsync(node, HttpMethod.Patch, $"/keys/{id}", """{"role":"viewer"}""", HttpStatusCode.OK, secret);

        await SendAsync(node, HttpMethod.Patch, $"/keys/{id}", """{"role":"admin"}""", HttpStatusCode.Forbidden, secret);
        await SendAsync(node, HttpMethod.Get, $"/keys/{id}", null, HttpStatusCode.OK, secret);
    }

    [Fact]
    public async Task Key_that_is_over_is_over_here_too()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = await node.CreateTenantAsync();
        var (revoked, rotated, ending) = (await IssueAsync(node, tenant, "owner"), await IssueAsync(node, tenant, "owner"), await IssueAsync(node, tenant, "owner", "2999-01-01"));
        foreach (var key in (string[])[revoked.Secret, rotated.Secret, ending.Secret])
        {
            await SendAsync(node, HttpMethod.Get, "/tenants", null, HttpStatusCode.OK, key);
        }

        await node.DeleteAsync($"/keys/{revoked.Id}", HttpStatusCode.OK);
        await node.PostAsync($"/keys/{rotated.Id}/rotate", """{"grace":"0s"}""", HttpStatusCode.OK);
        ((MovableClock)node.Services.GetRequiredService<TimeProvider>()).Advance(TimeSpan.FromDays(365_250));

        (await CodeAsync(node, revoked.Secret)).ShouldBe("invalid_api_key");
        (await CodeAsync(node, rotated.Secret)).ShouldBe("invalid_api_key");
        (await CodeAsync(node, ending.Secret)).ShouldBe("expired_api_key");
    }

    [Fact]
    public async Task Tenant_that_ended_has_no_keys_that_work_or_change_and_gets_no_more()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = await node.CreateTenantAsync();
        var (id, secret) = await IssueAsync(node, tenant, "owner");
        await SendAsync(node, HttpMethod.Get, "/tenants", null, HttpStatusCode.OK, secret);

        // By its own owner's key, the last thing that it does.
        await SendAsync(node, HttpMethod.Delete, $"/tenants/{tenant}", null, HttpStatusCode.OK, secret);

        (await CodeAsync(node, secret)).ShouldBe("invalid_api_key");
        await node.SendAsync(HttpMethod.Patch, $"/keys/{id}", """{"expires_at":null}""", HttpStatusCode.Conflict, AdminNode.AdminKey);
        await node.PostAsync($"/keys/{id}/rotate", "", HttpStatusCode.Conflict);
        await node.PostAsync($"/tenants/{tenant}/keys", """{"name":"k"}""", HttpStatusCode.NotFound);
        await node.PostAsync($"/tenants/{tenant}/credits", """{"amount":"1","note":"x"}""", HttpStatusCode.NotFound);
        await node.SendAsync(HttpMethod.Patch, $"/tenants/{tenant}", """{"name":"x"}""", HttpStatusCode.NotFound, AdminNode.AdminKey);
    }

    [Theory]
    [InlineData("192.0.2.7", null, 200)]
    [InlineData("::ffff:192.0.2.7", null, 200)]
    [InlineData("192.0.2.8", null, 403)]
    [InlineData("192.0.2.8", "192.0.2.7", 403)]
    [InlineData(null, "192.0.2.7", 403)]
    public async Task Allowed_ips_hold_on_the_admin_api(string? address, string? claimed, int expected)
    {
        await using var node = await AdminNode.StartAsync(backend);
        var made = await node.PostAsync($"/tenants/{await node.CreateTenantAsync()}/keys", """{"name":"k","role":"owner","allowed_ips":["192.0.2.7"]}""", HttpStatusCode.Created);

        var (status, body) = await AskAsync(node, (string)made["key"]!, address, claimed);

        status.ShouldBe(expected, body);
        (status == 200 || (string?)JsonNode.Parse(body)!["error"]!["code"] == "ip_not_authorized").ShouldBeTrue(body);
    }

    [Fact]
    public async Task Guesses_are_slowed_down_by_address_whatever_address_they_claim_and_the_right_key_works_on()
    {
        await using var node = await AdminNode.StartAsync(backend);
        for (var i = 0; i < BadKeys.Most; i++)
        {
            (await AskAsync(node, $"guess-{i}", "192.0.2.9", $"198.51.100.{i}")).Status.ShouldBe(401);
        }

        (await AskAsync(node, "another guess", "192.0.2.9", "198.51.100.200")).Status.ShouldBe(429);
        (await AskAsync(node, ApiKey.Generate(), "192.0.2.9", null)).Status.ShouldBe(429);
        (await AskAsync(node, "a neighbour's guess", "192.0.2.10", null)).Status.ShouldBe(401);
        (await AskAsync(node, AdminNode.AdminKey, "192.0.2.9", null)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Body_is_read_as_json_whatever_it_is_called_and_refused_where_it_is_none()
    {
        await using var node = await AdminNode.StartAsync(backend);
        foreach (var (type, bytes, expected) in new (string?, byte[], int)[]
        {
            (null, """{"name":"a"}"""u8.ToArray(), 201),
            ("application/x-www-form-urlencoded", """{"name":"a"}"""u8.ToArray(), 201),
            ("application/x-www-form-urlencoded", "name=a"u8.ToArray(), 400),
            ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\na\r\n--x--\r\n"u8.ToArray(), 400),
            ("application/xml", "<name>a</name>"u8.ToArray(), 400),
            ("application/json; charset=utf-16", Encoding.Unicode.GetBytes("""{"name":"a"}"""), 400),
            ("application/json", [0xEF, 0xBB, 0xBF, .. """{"name":"a"}"""u8], 400),
            ("application/json", [.. """{"name":"a"""u8, 0xC0, 0xAF, .. "\"}"u8], 400),
            ("application/json", [0x1F, 0x8B, 8, 0, 0], 400),
        })
        {
            var (status, answer) = await node.SendAsync(context =>
            {
                context.Request.Method = "POST";
                context.Request.Path = "/admin/v1/tenants";
                context.Request.ContentType = type;
                context.Request.Headers.Authorization = $"Bearer {AdminNode.AdminKey}";
                context.Request.Body = new MemoryStream(bytes);
            });
            status.ShouldBe(expected, $"{type}: {answer}");
        }
    }

    private static async Task<(string Id, string Secret)> IssueAsync(AdminNode node, string tenant, string role, string? expiresAt = null)
    {
        var body = new JsonObject { ["name"] = role, ["role"] = role, ["expires_at"] = expiresAt };
        var made = await node.PostAsync($"/tenants/{tenant}/keys", body.ToJsonString(), HttpStatusCode.Created);
        return ((string)made["id"]!, (string)made["key"]!);
    }

    private static Task<JsonObject> SendAsync(AdminNode node, HttpMethod method, string path, string? body, HttpStatusCode expected, string key) =>
        node.SendAsync(method, path, body, expected, key);

    private static async Task<string?> CodeAsync(AdminNode node, string key) =>
        (string?)(await node.SendAsync(HttpMethod.Get, "/tenants", null, HttpStatusCode.Unauthorized, key))["error"]!["code"];

    private static Task<(int Status, string Body)> AskAsync(AdminNode node, string key, string? address, string? claimed) => node.SendAsync(context =>
    {
        context.Request.Path = "/admin/v1/tenants";
        context.Request.Headers.Authorization = $"Bearer {key}";
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        if (claimed is not null)
        {
            context.Request.Headers["X-Forwarded-For"] = claimed;
            context.Request.Headers["X-Real-IP"] = claimed;
            context.Request.Headers["Forwarded"] = $"for={claimed}";
        }
    });
}
