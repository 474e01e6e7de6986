using System.Text;
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
        new("ledger list", [], ["--tenant", "--key", "--model", "--from", "--to", .. CliPages.Options], "Lists ledger rows, newest first.", LedgerAsync) { Example = "gateway ledger list --tenant ten_... --from 2026-01-01 --to 2026-02-01" },
        new("ledger export", [], ["--tenant", "--key", "--model", "--from", "--to"], "Prints all ledger rows of a filter as CSV, newest first.", null) { WriteAsync = ExportAsync, Example = "gateway ledger export --from 2026-01-01 --to 2026-02-01" },
        new("usage", [], ["--group-by", "--tenant", "--key", "--model", "--from", "--to", .. CliPages.Options], "Sums up what was used: all in one, or by some of day, model, key and tenant.", UsageAsync) { Example = "gateway usage --group-by day,model --tenant ten_... --from 2026-01-01 --to 2026-02-01" },
        new("audit", [], ["--tenant", .. CliPages.Options], "Lists changes, newest first.", AuditAsync) { Example = "gateway audit --tenant ten_... --limit 20" },
    ];

    private static async Task<Outcome<JsonNode>> LedgerAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        var fields = arguments.ToQuery();
        var query = LedgerEndpoints.Read(fields);
        if (fields.Error is { } error)
        {
            return error;
        }

        var page = await store.Ledger.ListAsync(query, ct);
        return CliPages.Of(page.Rows.Select(row => JsonSerializer.SerializeToNode(LedgerRowJson.Of(row), AdminJson.Default.LedgerRowJson)!), page.Next?.ToString());
    }

    /// <summary>Never more than a page in memory.</summary>
    private static async Task<GatewayError?> ExportAsync(CliStore store, CliArguments arguments, TextWriter output, CancellationToken ct)
    {
        var fields = arguments.ToQuery();
        var query = LedgerEndpoints.Read(fields) with { Limit = LedgerCsv.PageRows };
        if (fields.Error is { } error)
        {
            return error;
        }

        var text = new StringBuilder(LedgerCsvText.Header);
        var line = new CsvRow(text);
        do
        {
            var page = await store.Ledger.ListAsync(query, ct);
            foreach (var row in page.Rows)
            {
                LedgerCsvText.Append(line, row);
            }

            await output.WriteAsync(text, ct);
            text.Clear();
            query = query with { After = page.Next };
        }
        while (query.After is not null);
        return null;
    }

    private static async Task<Outcome<JsonNode>> UsageAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        var fields = arguments.ToQuery();
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
        var fields = arguments.ToQuery();
        var (tenant, limit, cursor) = (fields.Text("tenant"), fields.Limit(), fields.IdCursor("aud_"));
        if (fields.Error is { } error)
        {
            return error;
        }

        var page = await store.Audit.ListAsync(tenant, cursor, limit, ct);
        return CliPages.Of(page.Items.Select(entry => JsonSerializer.SerializeToNode(AuditJson.Of(entry), AdminJson.Default.AuditJson)!), page.Next);
    }
}
