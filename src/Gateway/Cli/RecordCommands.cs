using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Admin;
using Gateway.Core.Errors;
using Gateway.Ledger;

namespace Gateway.Cli;

/// <summary>What was used, and who changed what.</summary>
internal static class RecordCommands
{
    public static readonly IReadOnlyList<CliCommand> All =
    [
        new("ledger list", [], ["--tenant", "--key", "--model", "--from", "--to", .. CliPages.Options], "Lists ledger rows, newest first.", LedgerAsync),
        new("usage", [], ["--group-by", "--tenant", "--key", "--model", "--from", "--to", .. CliPages.Options], "Sums up what was used: all in one, or by some of day, model, key and tenant.", UsageAsync),
        new("audit", [], ["--tenant", .. CliPages.Options], "Lists changes, newest first.", AuditAsync),
    ];

    private static async Task<Outcome<JsonNode>> LedgerAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        var fields = new QueryFields(Query(arguments));
        var query = LedgerEndpoints.Read(fields);
        if (fields.Error is { } error)
        {
            return error;
        }

        var page = await store.Ledger.ListAsync(query, ct);
        return CliPages.Of(page.Rows.Select(row => JsonSerializer.SerializeToNode(LedgerRowJson.Of(row), AdminJson.Default.LedgerRowJson)!), page.Next?.ToString());
    }

    private static async Task<Outcome<JsonNode>> UsageAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        var fields = new QueryFields(Query(arguments));
        var query = UsageEndpoints.Read(fields);
        if (fields.Error is { } error)
        {
            return error;
        }

        var page = await store.Usage.ListAsync(query, ct);
        return CliPages.Of(page.Rows.Select(row => JsonSerializer.SerializeToNode(UsageRowJson.Of(row), AdminJson.Default.UsageRowJson)!), page.Next?.ToString());
    }

    private static async Task<Outcome<JsonNode>> AuditAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        if (!CliPages.Read(arguments).TryGet(out var pages, out var error))
        {
            return error;
        }

        var page = Keys.Page<Storage.AuditEntry>.Of(
            await store.Audit.ListAsync(arguments.Find("tenant"), pages.Cursor, pages.Limit, ct), pages.Limit, entry => entry.Id);
        return CliPages.Of(page.Items.Select(entry => JsonSerializer.SerializeToNode(AuditJson.Of(entry), AdminJson.Default.AuditJson)!), page.Next);
    }

    private static QueryCollection Query(CliArguments arguments) =>
        new(arguments.Options.ToDictionary(option => option.Key, option => new Microsoft.Extensions.Primitives.StringValues(option.Value)));
}
