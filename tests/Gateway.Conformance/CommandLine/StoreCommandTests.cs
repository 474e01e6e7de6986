using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Gateway.Conformance.Running;
using Gateway.Conformance.Wire;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.CommandLine;

/// <summary><c>gateway tenants|keys|credits|ledger|usage|audit</c> on a store of their own, as an operator and a script type them.</summary>
public sealed class StoreCommandTests(RunningGateway gateway) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-store-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Tenants_and_keys_live_their_lives_by_command()
    {
        var tenant = await JsonAsync("tenants", "create", "Acme", "--tier", "tier-1", "--mode", "prepaid", "--monthly-budget", "500");
        var id = (string)tenant["id"]!;
        var changed = await JsonAsync("tenants", "update", id, "--monthly-budget", "none", "--limits", """{"requests_per_minute":3}""");
        var key = await JsonAsync("keys", "create", id, "ci", "--allowed-models", "gpt-4*,o3", "--role", "viewer", "--allowed-ips", "10.0.0.0/8");
        var rotated = await JsonAsync("keys", "rotate", (string)key["id"]!, "--grace", "1h");
        var updated = await JsonAsync("keys", "update", (string)key["id"]!, "--role", "member", "--allowed-ips", "none");
        var revoked = await JsonAsync("keys", "revoke", (string)key["id"]!);

        ((string?)tenant["monthly_budget"], changed["monthly_budget"], (long?)changed["limits"]!["requests_per_minute"]).ShouldBe(("500", null, 3L));
        ((string?)key["key"])!.ShouldStartWith("sk-gw-");
        ((string?)rotated["id"], rotated["key"]!.ToString() != key["key"]!.ToString()).ShouldBe(((string?)key["id"], true));
        ((string?)updated["role"], updated["allowed_ips"], updated["key"]).ShouldBe(("member", null, null));
        revoked["revoked_at"].ShouldNotBeNull();

        (await JsonAsync("credits", "add", id, "25.50", "--note", "invoice 1", "--idempotency-key", "one"))["amount"]!.ToString().ShouldBe("25.5");
        await JsonAsync("credits", "add", id, "25.50", "--note", "invoice 1", "--idempotency-key", "one");
        ((string?)(await JsonAsync("credits", "balance", id))["available"]).ShouldBe("25.5");
        (await JsonAsync("credits", "list", id))["data"]!.AsArray().Count.ShouldBe(1);
        (await JsonAsync("ledger", "list", "--tenant", id))["data"]!.AsArray().ShouldBeEmpty();
        (await RunAsync("ledger", "export", "--tenant", id)).Output.ShouldStartWith("request_id,at,");
        ((long?)(await JsonAsync("usage", "--tenant", id))["data"]![0]!["requests"]).ShouldBe(0);
        (await JsonAsync("audit", "--limit", "100"))["data"]!.AsArray().Select(entry => (string?)entry!["action"]).Reverse()
            .ShouldBe(["tenant.create", "tenant.update", "key.create", "key.rotate", "key.update", "key.revoke", "credit.create"]);

        var (code, output, _) = await RunAsync("tenants", "list");
        (code, output.Contains(id, StringComparison.Ordinal), output.Contains("Acme", StringComparison.Ordinal)).ShouldBe((0, true, true));
        (await JsonAsync("tenants", "delete", id))["id"]!.ToString().ShouldBe(id);
        (await RunAsync("tenants", "show", id)).Code.ShouldBe(1);
    }

    [Theory]
    [InlineData(2, "gateway tenants create NAME", "tenants")]
    [InlineData(2, "gateway keys rotate ID", "keys", "turn")]
    [InlineData(2, "ID is missing", "keys", "show")]
    [InlineData(2, "'b' is one too many", "tenants", "show", "a", "b")]
    [InlineData(2, "'--colour' is not known here", "tenants", "create", "a", "--colour", "red")]
    [InlineData(2, "--tier lacks its value", "tenants", "create", "a", "--tier")]
    [InlineData(2, "--tier is given twice", "tenants", "create", "a", "--tier", "x", "--tier", "y")]
    [InlineData(1, "'mode'", "tenants", "create", "a", "--mode", "free")]
    [InlineData(1, "'limits'", "tenants", "create", "a", "--limits", "{")]
    [InlineData(1, "No such tenant", "keys", "create", "ten_none", "ci")]
    [InlineData(1, "'note'", "credits", "add", "ten_none", "5")]
    [InlineData(1, "No such ledger row", "ledger", "refund", "req_none")]
    [InlineData(1, "'from'", "ledger", "export", "--from", "yesterday")]
    [InlineData(2, "'--json' is not known here", "ledger", "export", "--json")]
    [InlineData(1, "'group_by'", "usage", "--group-by", "colour")]
    public async Task Mistake_is_named_and_nothing_is_done(int code, string says, params string[] arguments)
    {
        var ran = await RunAsync(arguments);

        ran.Code.ShouldBe(code, ran.Errors);
        ran.Errors.ShouldContain(says);
        ran.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Key_revoked_by_command_is_refused_by_the_gateway_that_runs_within_a_second()
    {
        var environment = new Dictionary<string, string> { ["Gateway__DataDirectory"] = gateway.Process.DataDirectory };
        var tenant = await JsonAsync(environment, "tenants", "create", "Acme");
        var key = await JsonAsync(environment, "keys", "create", (string)tenant["id"]!, "ci");
        (await StatusAsync((string)key["key"]!)).ShouldBe(HttpStatusCode.OK);

        await JsonAsync(environment, "keys", "revoke", (string)key["id"]!);

        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Ct); // What is promised.
        (await StatusAsync((string)key["key"]!)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Rows_are_exported_as_the_admin_API_gives_them()
    {
        var key = await gateway.NewKeyAsync();
        await gateway.PostAsync(key, ChatBody.Text("one"));
        await gateway.PostAsync(key, ChatBody.Text("two"));
        await gateway.Admin.WaitForRowsAsync(key, 2, Ct);
        using var client = new HttpClient { BaseAddress = gateway.Process.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Process.AdminKey);
        client.DefaultRequestHeaders.Accept.ParseAdd("text/csv");
        var downloaded = await client.GetStringAsync($"admin/v1/ledger?key={key.Id}", Ct);

        var (code, exported, errors) = await GatewayCommand.RunAsync(
            _folder, new Dictionary<string, string> { ["Gateway__DataDirectory"] = gateway.Process.DataDirectory }, Ct, "ledger", "export", "--key", key.Id);

        code.ShouldBe(0, errors);
        exported.ShouldBe(downloaded);
        exported.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(3);
    }

    private async Task<HttpStatusCode> StatusAsync(string key)
    {
        using var client = new HttpClient { BaseAddress = gateway.Process.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await client.GetAsync("v1/models", Ct);
        return response.StatusCode;
    }

    private Task<JsonNode> JsonAsync(params string[] arguments) => JsonAsync(new Dictionary<string, string>(), arguments);

    private async Task<JsonNode> JsonAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        var (code, output, errors) = await GatewayCommand.RunAsync(_folder, environment, Ct, [.. arguments, "--json"]);
        code.ShouldBe(0, errors);
        errors.ShouldBeEmpty();
        return JsonNode.Parse(output)!;
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) =>
        GatewayCommand.RunAsync(_folder, new Dictionary<string, string>(), Ct, arguments);
}
