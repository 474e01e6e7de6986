using System.Net;
using Gateway.Admin;
using Gateway.Backends.Tests.Storage;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

public sealed class AdminRefusalTests
{
    [Fact]
    public async Task Admin_key_is_required()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);

        foreach (var key in (string?[])[null, "wrong", AdminNode.AdminKey + "x", AdminNode.AdminKey[..^1]])
        {
            var refusal = await node.SendAsync(HttpMethod.Get, "/tenants", null, HttpStatusCode.Unauthorized, key);
            refusal["error"]!["code"]!.ToString().ShouldBe("invalid_api_key");
            refusal["error"]!["type"]!.ToString().ShouldBe("invalid_request_error");
            refusal["trace_id"]!.ToString().ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task Body_is_not_looked_at_without_the_admin_key()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);
        await node.SendAsync(HttpMethod.Post, "/tenants", "{", HttpStatusCode.Unauthorized, null);
    }

    [Fact]
    public async Task Key_for_inference_is_forbidden()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);
        var tenant = await node.CreateTenantAsync();
        var secret = (string)(await node.PostAsync($"/tenants/{tenant}/keys", """{"name":"ci"}""", HttpStatusCode.Created))["key"]!;

        (await node.SendAsync(HttpMethod.Get, "/tenants", null, HttpStatusCode.Forbidden, secret))["error"]!["code"]!.ToString().ShouldBe("insufficient_permissions");
    }

    [Fact]
    public async Task Without_an_admin_key_there_is_no_admin_api()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite, adminKey: null);
        (await node.SendAsync(HttpMethod.Get, "/tenants", null, HttpStatusCode.NotFound, "anything"))["error"]!["message"]!.ToString().ShouldContain("Invalid URL");
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("[]", null, null)]
    [InlineData("null", null, null)]
    [InlineData("{\"name\":\"a\"", null, null)]
    [InlineData("{\"name\":\"a\",\"name\":\"b\"}", null, null)]
    [InlineData("{}", "missing_required_parameter", "name")]
    [InlineData("{\"name\":null}", "missing_required_parameter", "name")]
    [InlineData("{\"name\":5}", "invalid_type", "name")]
    [InlineData("{\"name\":\"\"}", "invalid_value", "name")]
    [InlineData("{\"name\":\"a\\u0000b\"}", "invalid_value", "name")]
    [InlineData("{\"name\":\"\\ud800\"}", "invalid_value", "name")]
    [InlineData("{\"name\":\"a\",\"nmae\":1}", "unknown_parameter", "nmae")]
    [InlineData("{\"name\":\"a\",\"mode\":\"barter\"}", "invalid_value", "mode")]
    [InlineData("{\"name\":\"a\",\"mode\":\"free\"}", "invalid_value", "mode")]
    [InlineData("{\"name\":\"a\",\"disconnect\":\"stop\"}", "invalid_value", "disconnect")]
    [InlineData("{\"name\":\"a\",\"monthly_budget\":\"-10\"}", "invalid_value", "monthly_budget")]
    [InlineData("{\"name\":\"a\",\"monthly_budget\":\"1e3\"}", "invalid_value", "monthly_budget")]
    [InlineData("{\"name\":\"a\",\"monthly_budget\":10}", "invalid_type", "monthly_budget")]
    [InlineData("{\"name\":\"a\",\"limits\":[]}", "invalid_type", "limits")]
    [InlineData("{\"name\":\"a\",\"limits\":{\"rpm\":1}}", "unknown_parameter", "limits.rpm")]
    [InlineData("{\"name\":\"a\",\"limits\":{\"requests_per_minute\":0}}", "invalid_value", "limits.requests_per_minute")]
    [InlineData("{\"name\":\"a\",\"limits\":{\"requests_per_minute\":1000000001}}", "invalid_value", "limits.requests_per_minute")]
    [InlineData("{\"name\":\"a\",\"limits\":{\"requests_per_minute\":1.5}}", "invalid_type", "limits.requests_per_minute")]
    [InlineData("{\"name\":\"a\",\"limits\":{\"requests_per_minute\":1e400}}", "invalid_type", "limits.requests_per_minute")]
    [InlineData("{\"name\":\"a\",\"limits\":{\"tokens_per_minute\":\"5\"}}", "invalid_type", "limits.tokens_per_minute")]
    [InlineData("{\"name\":\"a\",\"limits\":{\"concurrent_requests\":0}}", "invalid_value", "limits.concurrent_requests")]
    [InlineData("{\"name\":\"a\",\"limits\":{\"models\":{\"m\":{\"concurrent_requests\":1000001}}}}", "invalid_value", "limits.models.m.concurrent_requests")]
    [InlineData("{\"name\":\"a\",\"limits\":{\"models\":{\"m\":{\"models\":{}}}}}", "unknown_parameter", "limits.models.m.models")]
    public async Task Wrong_tenant_is_refused_by_the_field_at_fault(string body, string? code, string? param)
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);

        var error = (await node.PostAsync("/tenants", body, HttpStatusCode.BadRequest))["error"]!;

        ((string?)error["code"]).ShouldBe(code);
        ((string?)error["param"]).ShouldBe(param);
        (await node.GetAsync("/tenants", HttpStatusCode.OK))["data"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"expires_at\":\"2020-01-01T00:00:00Z\"", "invalid_value", "expires_at")]
    [InlineData("\"expires_at\":\"tomorrow\"", "invalid_value", "expires_at")]
    [InlineData("\"expires_at\":1893456000", "invalid_type", "expires_at")]
    [InlineData("\"allowed_models\":\"gpt-4o\"", "invalid_type", "allowed_models")]
    [InlineData("\"allowed_models\":[1]", "invalid_type", "allowed_models[0]")]
    [InlineData("\"allowed_models\":[\"a\",null]", "invalid_type", "allowed_models[1]")]
    [InlineData("\"allowed_models\":[]", "invalid_value", "allowed_models")]
    [InlineData("\"allowed_models\":[\"*-4o\"]", "invalid_value", "allowed_models")]
    [InlineData("\"allowed_ips\":[\"10.0.0.1/8\"]", "invalid_value", "allowed_ips[0]")]
    [InlineData("\"allowed_ips\":[\"10.0.0.0/8\",\"10\"]", "invalid_value", "allowed_ips[1]")]
    [InlineData("\"allowed_ips\":[\"0x7f000001\"]", "invalid_value", "allowed_ips[0]")]
    [InlineData("\"allowed_ips\":[\"fe80::1%eth0\"]", "invalid_value", "allowed_ips[0]")]
    [InlineData("\"allowed_ips\":[\"10.0.0.0/33\"]", "invalid_value", "allowed_ips[0]")]
    [InlineData("\"allowed_ips\":[\"10.1\"]", "invalid_value", "allowed_ips[0]")]
    [InlineData("\"allowed_ips\":[\"010.0.0.1\"]", "invalid_value", "allowed_ips[0]")]
    [InlineData("\"allowed_ips\":[\"010.0.0.0/8\"]", "invalid_value", "allowed_ips[0]")]
    [InlineData("\"allowed_ips\":[\"0xA.0.0.1\"]", "invalid_value", "allowed_ips[0]")]
    [InlineData("\"allowed_ips\":[\"::ffff:0:0/95\"]", "invalid_value", "allowed_ips[0]")]
    [InlineData("\"allowed_ips\":[]", "invalid_value", "allowed_ips")]
    [InlineData("\"allowed_ips\":\"10.0.0.0/8\"", "invalid_type", "allowed_ips")]
    [InlineData("\"role\":\"Owner\"", "invalid_value", "role")]
    [InlineData("\"role\":1", "invalid_type", "role")]
    [InlineData("\"monthly_budget\":\"0.0000000001\"", "invalid_value", "monthly_budget")]
    [InlineData("\"tier\":\"gold\"", "unknown_parameter", "tier")]
    public async Task Wrong_key_is_refused_by_the_field_at_fault(string field, string code, string param)
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);
        var tenant = await node.CreateTenantAsync();

        var error = (await node.PostAsync($"/tenants/{tenant}/keys", $$"""{"name":"ci",{{field}}}""", HttpStatusCode.BadRequest))["error"]!;

        error["code"]!.ToString().ShouldBe(code);
        error["param"]!.ToString().ShouldBe(param);
    }

    [Theory]
    [InlineData("/ledger?limit=0", "limit")]
    [InlineData("/ledger?limit=1001", "limit")]
    [InlineData("/ledger?limit=ten", "limit")]
    [InlineData("/ledger?cursor=abc", "cursor")]
    [InlineData("/ledger?from=yesterday", "from")]
    [InlineData("/ledger?tenent=ten_1", "tenent")]
    [InlineData("/ledger?key=a&key=b", "key")]
    [InlineData("/ledger?tenant=a%00", "tenant")]
    [InlineData("/tenants?cursor=ten_1", "cursor")]
    [InlineData("/limits", "key")]
    [InlineData("/limits?key=", "key")]
    [InlineData("/limits?key=a&key=b", "key")]
    [InlineData("/limits?key=a%00", "key")]
    [InlineData("/limits?key=a&tenant=b", "tenant")]
    [InlineData("/usage?group_by=hour", "group_by")]
    [InlineData("/usage?group_by=day,", "group_by")]
    [InlineData("/usage?group_by=day,day", "group_by")]
    [InlineData("/usage?group_by=Day", "group_by")]
    [InlineData("/usage?group_by=day&group_by=key", "group_by")]
    [InlineData("/usage?from=2026-01-01T12:00:00Z", "from")]
    [InlineData("/usage?to=2026-01-01T00:00:00%2B01:00", "to")]
    [InlineData("/usage?to=tomorrow", "to")]
    [InlineData("/usage?from=2026-01-02&to=2026-01-02", "to")]
    [InlineData("/usage?limit=0", "limit")]
    [InlineData("/usage?groupby=day", "groupby")]
    [InlineData("/usage?key=%00", "key")]
    [InlineData("/usage?cursor=MQ", "cursor")]
    [InlineData("/usage?group_by=day&cursor=x", "cursor")]
    [InlineData("/usage?group_by=day&cursor=MQ", "cursor")]
    [InlineData("/usage?group_by=day&cursor=MQpub25l", "cursor")]
    [InlineData("/usage?group_by=model&cursor=OAoA", "cursor")]
    [InlineData("/usage?group_by=model&cursor=OAr_", "cursor")]
    [InlineData("/usage?group_by=model&cursor=MgphYmM", "cursor")]
    public async Task Wrong_parameter_of_a_list_is_refused_by_name(string path, string param)
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);
        (await node.GetAsync(path, HttpStatusCode.BadRequest))["error"]!["param"]!.ToString().ShouldBe(param);
    }

    [Fact]
    public async Task Csv_takes_no_limit()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);
        using var response = await node.GetAsync("/ledger?limit=5", "text/csv", CancellationToken.None);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("CSV holds all rows");
    }

    [Fact]
    public async Task Large_body_is_refused()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);
        var body = $$"""{"name":"{{new string('a', AdminBody.MaxBytes)}}"}""";
        (await node.PostAsync("/tenants", body, HttpStatusCode.RequestEntityTooLarge))["error"]!["code"]!.ToString().ShouldBe("request_too_large");
    }

    [Theory]
    [InlineData("short")]
    [InlineData("sixteen chars and a space")]
    public async Task Weak_admin_key_stops_the_start_and_is_not_shown(string key)
    {
        var refusal = await Should.ThrowAsync<OptionsValidationException>(() => AdminNode.StartAsync(Backend.Sqlite, key));
        refusal.Message.ShouldContain(AdminOptions.AdminKeyKey);
        refusal.Message.ShouldNotContain(key);
    }
}
