using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Admin;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;

namespace Gateway.Cli;

internal static class TenantCommands
{
    private static readonly string[] Fields = ["--tier", "--mode", "--monthly-budget", "--disconnect", "--limits"];

    public static readonly IReadOnlyList<CliCommand> All =
    [
        new("tenants create", ["NAME"], Fields, "Makes a tenant.", CreateAsync) { Example = "gateway tenants create acme --tier tier-1 --mode prepaid --monthly-budget 500" },
        new("tenants list", [], CliPages.Options, "Lists tenants, newest first.", ListAsync) { Example = "gateway tenants list --limit 100" },
        new("tenants show", ["ID"], [], "Shows a tenant.", static async (store, arguments, ct) => Show(arguments.Operands[0], await FindAsync(store, arguments, ct))) { Example = "gateway tenants show ten_..." },
        new("tenants update", ["ID"], ["--name", .. Fields], "Changes a tenant; the value 'none' clears a field.", UpdateAsync) { Example = """gateway tenants update ten_... --monthly-budget none --limits '{"requests_per_minute":300}'""" },
        new("tenants delete", ["ID"], [], "Ends a tenant and all its keys; its rows stay.", DeleteAsync) { Example = "gateway tenants delete ten_..." },
    ];

    private static async Task<Outcome<JsonNode>> CreateAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        if (!CliFields.Of(arguments, ("name", arguments.Operands[0])).TryGet(out var fields, out var error) || !TenantBody.Read(fields).TryGet(out var draft, out error))
        {
            return error;
        }

        return Node(await store.Tenants.CreateAsync(draft, store.Caller.Actor, ct));
    }

    private static async Task<Outcome<JsonNode>> ListAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        if (!CliPages.Read(arguments, "ten_").TryGet(out var page, out var error))
        {
            return error;
        }

        var tenants = await store.Tenants.ListAsync(page.Cursor, page.Limit, ct);
        return CliPages.Of(tenants.Items.Select(Node), tenants.Next);
    }

    private static async Task<Outcome<JsonNode>> UpdateAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        if (!CliFields.Of(arguments).TryGet(out var fields, out var error) || !TenantBody.ReadChange(fields).TryGet(out var change, out error))
        {
            return error;
        }

        return Show(arguments.Operands[0], await store.Tenants.UpdateAsync(new TenantId(arguments.Operands[0]), change, store.Caller.Actor, ct));
    }

    private static async Task<Outcome<JsonNode>> DeleteAsync(CliStore store, CliArguments arguments, CancellationToken ct) =>
        Show(arguments.Operands[0], await store.Tenants.DeleteAsync(new TenantId(arguments.Operands[0]), store.Caller.Actor, ct));

    private static Task<Tenant?> FindAsync(CliStore store, CliArguments arguments, CancellationToken ct) => store.Tenants.FindAsync(new TenantId(arguments.Operands[0]), ct);

    private static Outcome<JsonNode> Show(string id, Tenant? tenant) => tenant is null ? GatewayError.NotFound("tenant", id) : Node(tenant);

    private static JsonNode Node(Tenant tenant) => JsonSerializer.SerializeToNode(TenantJson.Of(tenant), AdminJson.Default.TenantJson)!; // Of what is no null.
}
