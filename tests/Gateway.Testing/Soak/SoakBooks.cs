using System.Globalization;
using Gateway.Simulator.Recording;
using Npgsql;

namespace Gateway.Testing.Soak;

/// <summary>
/// The books after a run, held against what the clients saw and what the provider was sent. To be opened when all gateways have ended, so that
/// no row is still to come.
/// </summary>
internal sealed class SoakBooks
{
    private const string Rows = "select request_id, end_user, tenant_id, amount_nano_usd, prompt_tokens + completion_tokens, outcome from ledger";

    private readonly IReadOnlyList<SoakCall> _calls;
    private readonly TimeSpan _longestStall;
    private readonly List<SoakRow> _rows = [];
    private readonly ILookup<string, RecordedRequest> _sent;

    private SoakBooks(SoakCalls calls, IReadOnlyList<RecordedRequest> sent)
    {
        (_calls, _longestStall) = (calls.All, calls.LongestStall);
        _sent = sent.ToLookup(static request => request.Header("X-Client-Request-Id") ?? "");
    }

    public IReadOnlyList<SoakRow> All => _rows;

    /// <summary>Reads the ledger, checks all that must hold whatever was killed, and has the gateway verify it.</summary>
    public static async Task<SoakBooks> CheckAsync(SoakCluster cluster, SoakCalls load, SoakReport report, CancellationToken ct)
    {
        var sent = cluster.Provider.Requests.Snapshot();
        report.Holds(sent.Count == cluster.Provider.Requests.Total, "The provider received more requests than it keeps: the run is too long to be checked.");
        var calls = load.All;
        var books = new SoakBooks(load, sent);
        await books.ReadAsync(cluster.Database, ct);
        books.CheckRows(report);
        books.CheckTime(report);
        await VerifyAsync(cluster, books._rows.Count, report, ct);

        report.Fact($"{calls.Count} requests: {calls.Count(static call => call.IsComplete)} answers received to their end, {calls.Count(static call => call.Request.Leaves)} clients left, "
            + $"{calls.Count(static call => call.Status == 429)} refused by a limit, {calls.Count(static call => call is { Status: 0 })} without an answer");
        report.Fact($"{books._rows.Count} ledger rows for {sent.Count} requests to the provider; outcomes: "
            + string.Join(", ", books._rows.GroupBy(static row => row.Outcome).Select(static group => $"{group.Key} {group.Count()}")));
        report.Fact("refusals and errors: " + string.Join(", ", calls.Where(static call => !call.IsComplete && call.Status > 0)
            .GroupBy(static call => $"{call.Status} {call.Code ?? (call.Request.Leaves ? "(left)" : "(broken off)")}").OrderBy(static group => group.Key).Select(static group => $"{group.Key} x {group.Count()}")));
        return books;
    }

    private async Task ReadAsync(string database, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ToString());
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(Rows, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            _rows.Add(new SoakRow(
                reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetString(5)));
        }
    }

    private void CheckRows(SoakReport report)
    {
        var byId = _rows.ToLookup(static row => row.RequestId);
        var byTag = _calls.ToLookup(static call => call.Request.Tag);
        var complete = _calls.Where(static call => call.IsComplete).ToList();
        report.None("Answers received to their end whose cost was not told", complete.Where(static call => call.Cost is null || call.RequestId is null));
        report.None("Answers received to their end without exactly one row", complete.Where(call => byId[call.RequestId ?? ""].Count() != 1));
        report.None(
            "Answers received to their end whose row has another amount than the client was told, or is of another request or tenant",
            complete.Where(call => byId[call.RequestId ?? ""].Any(row =>
                row.AmountNanoUsd != Nano(call.Cost) || row.Tag != call.Request.Tag || row.TenantId != call.Request.Tenant.Id)));
        report.None("Answers received to their end that the provider was never asked for", complete.Where(call => !_sent.Contains(call.RequestId ?? "")));
        report.None("Request ids with two answers", _calls.Where(static call => call.RequestId is not null).GroupBy(static call => call.RequestId).Where(static group => group.Count() > 1).Select(static group => group.Key));
        report.None("Requests with two rows", _rows.GroupBy(static row => row.Tag).Where(static group => group.Count() > 1).Select(static group => group.Key));
        report.None("Rows of requests that nobody made", _rows.Where(row => row.Tag is null || !byTag.Contains(row.Tag)));
        report.None("Rows with an amount for what the provider was never asked", _rows.Where(row => row.AmountNanoUsd > 0 && !_sent.Contains(row.RequestId)));
        report.None("Rows of requests that a limit refused", _calls.Where(call => call.Status == 429 && call.RequestId is { } id && byId.Contains(id)));
    }

    private void CheckTime(SoakReport report)
    {
        report.None("Requests that took more than their deadline", _calls.Where(call => call.Took > SoakClient.DeadlineOf(call.Request) + _longestStall));
        var slowest = _calls.GroupBy(static call => SoakCatalog.DeadlineOf(call.Request.Model)).OrderBy(static group => group.Key)
            .Select(static group => $"{group.Max(static call => call.Took).TotalSeconds:F2} s where the total timeout is {group.Key.TotalSeconds:F0} s");
        report.Fact($"slowest: {string.Join(", ", slowest)}; the clients themselves were held up for {_longestStall.TotalSeconds:F2} s at most");
    }

    private static async Task VerifyAsync(SoakCluster cluster, int rows, SoakReport report, CancellationToken ct)
    {
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = cluster.Database };
        var (code, output, errors) = await GatewayCommand.RunAsync(Path.GetTempPath(), settings, ct, "ledger", "verify");
        report.Holds(code == 0 && output.Contains($"{rows} rows: no difference", StringComparison.Ordinal), $"gateway ledger verify ended with {code}: {output}{errors}");
        report.Fact($"gateway ledger verify: {output.Trim()}");
    }

    private static long Nano(string? usd) =>
        decimal.TryParse(usd, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? (long)(amount * 1_000_000_000) : -1;
}
