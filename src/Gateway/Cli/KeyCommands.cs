using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Admin;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;

namespace Gateway.Cli;

internal static class KeyCommands
{
    private static readonly string[] Fields = ["--role", "--limits", "--allowed-models", "--allowed-ips", "--monthly-budget", "--expires-at"];

    public static readonly IReadOnlyList<CliCommand> All =
    [
        new("keys create", ["TENANT", "NAME"], Fields, "Makes a key for the tenant with that id, and shows its secret, this once.", CreateAsync) { Example = "gateway keys create ten_... backend --allowed-models 'gpt-4o*' --allowed-ips 10.0.0.0/8" },
        new("keys list", ["TENANT"], CliPages.Options, "Lists a tenant's keys, newest first.", ListAsync) { Example = "gateway keys list ten_..." },
        new("keys show", ["ID"], [], "Shows a key, without its secret.", ShowAsync) { Example = "gateway keys show key_..." },
        new("keys update", ["ID"], ["--name", .. Fields], "Changes a key; the value 'none' clears a field.", UpdateAsync) { Example = "gateway keys update key_... --expires-at 2030-01-01 --allowed-ips none" },
        new("keys rotate", ["ID"], ["--grace"], "Gives a key another secret; the old one works until the grace is over (24h where none is given).", RotateAsync) { Example = "gateway keys rotate key_... --grace 48h" },
        new("keys revoke", ["ID"], [], "Ends a key with all its secrets.", RevokeAsync) { Example = "gateway keys revoke key_..." },
    ];

    private static async Task<Outcome<JsonNode>> CreateAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        var (tenant, name) = (arguments.Operands[0], arguments.Operands[1]);
        if (!CliFields.Of(arguments, ("name", name)).TryGet(out var fields, out var error)
            || !KeyBody.Read(fields, store.Caller, store.Time.GetUtcNow()).TryGet(out var draft, out error))
        {
            return error;
        }

        return await store.Tenants.FindAsync(new TenantId(tenant), ct) is { } found
            ? Node(await store.Keys.IssueAsync(found.Id, draft, store.Caller.Actor, ct))
            : GatewayError.NotFound("tenant", tenant);
    }

    private static async Task<Outcome<JsonNode>> ListAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        if (!CliPages.Read(arguments, "key_").TryGet(out var page, out var error))
        {
            return error;
        }

        var tenant = arguments.Operands[0];
        if (await store.Tenants.FindAsync(new TenantId(tenant), ct) is null)
        {
            return GatewayError.NotFound("tenant", tenant);
        }

        var keys = await store.Keys.ListAsync(new TenantId(tenant), page.Cursor, page.Limit, ct);
        return CliPages.Of(keys.Items.Select(key => Node(key)), keys.Next);
    }

    private static async Task<Outcome<JsonNode>> ShowAsync(CliStore store, CliArguments arguments, CancellationToken ct) =>
        await store.Keys.FindAsync(Id(arguments), ct) is { } key ? Node(key) : GatewayError.NotFound("key", arguments.Operands[0]);

    private static async Task<Outcome<JsonNode>> UpdateAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        if (!CliFields.Of(arguments).TryGet(out var fields, out var error)
            || !KeyBody.ReadChange(fields, store.Caller, store.Time.GetUtcNow()).TryGet(out var change, out error))
        {
            return error;
        }

        return Show(await store.Keys.UpdateAsync(Id(arguments), static _ => null, change, store.Caller.Actor, ct));
    }

    private static async Task<Outcome<JsonNode>> RotateAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        if (!CliFields.Of(arguments).TryGet(out var fields, out var error) || !KeyBody.ReadGrace(fields).TryGet(out var grace, out error))
        {
            return error;
        }

        var rotated = await store.Keys.RotateAsync(Id(arguments), static _ => null, grace, store.Caller.Actor, ct);
        return rotated.TryGet(out var issued, out var refusal) ? Node(issued) : refusal;
    }

    private static async Task<Outcome<JsonNode>> RevokeAsync(CliStore store, CliArguments arguments, CancellationToken ct) =>
        Show(await store.Keys.RevokeAsync(Id(arguments), static _ => null, store.Caller.Actor, ct));

    private static KeyId Id(CliArguments arguments) => new(arguments.Operands[0]);

    private static Outcome<JsonNode> Show(Outcome<TenantKey> outcome) => outcome.TryGet(out var key, out var error) ? Node(key) : error;

    private static JsonNode Node(IssuedKey issued) => Node(issued.Key, issued.Secret);

    private static JsonNode Node(TenantKey key, string? secret = null) =>
        JsonSerializer.SerializeToNode(KeyJson.Of(key) with { Key = secret }, AdminJson.Default.KeyJson)!; // Of what is no null.
}
