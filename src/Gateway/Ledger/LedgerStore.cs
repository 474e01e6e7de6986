using System.Data.Common;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Storage;

namespace Gateway.Ledger;

/// <summary>Reads the ledger.</summary>
internal sealed class LedgerStore(Database database)
{
    public const int MaxLimit = 1000;

    private const string Select = "select " + LedgerSql.Columns + " from ledger where 1 = 1";

    private const string SelectById = "select " + LedgerSql.Columns + " from ledger where request_id = @id";
    private const string SelectReversals = "select " + LedgerSql.Columns + " from ledger where reverses = @id order by reversal";

    // A request id begins with its time: in the order of ids rows lie in the order of time, and no index of times is needed.
    private const string NewestFirst = " order by request_id desc limit @limit";

    /// <param name="query">Its limit is from 1 to <see cref="MaxLimit"/>.</param>
    public async Task<LedgerPage> ListAsync(LedgerQuery query, CancellationToken cancellationToken)
    {
        var (conditions, arguments) = LedgerFilter.Compose(query);
        var rows = await database.ListAsync(
            Select + conditions + NewestFirst, Read, [.. arguments, new SqlArgument("@limit", query.Limit + 1)], cancellationToken);

        // One row more than asked for tells whether there is another page.
        if (rows.Count <= query.Limit)
        {
            return new LedgerPage(rows, null);
        }

        rows.RemoveAt(query.Limit);
        return new LedgerPage(rows, new LedgerCursor(rows[^1].RequestId));
    }

    public Task<LedgerEntry?> FindAsync(string requestId, CancellationToken cancellationToken) =>
        database.FirstAsync(SelectById, Read, [new("@id", requestId)], cancellationToken);

    /// <summary>The rows that give money of that request back, in order.</summary>
    public Task<List<LedgerEntry>> ListReversalsAsync(string requestId, CancellationToken cancellationToken) =>
        database.ListAsync(SelectReversals, Read, [new("@id", requestId)], cancellationToken);

    private static LedgerEntry Read(DbDataReader row) => new()
    {
        RequestId = row.GetString(0),
        At = UnixMicroseconds.ToTime(row.GetInt64(1)),
        TenantId = new TenantId(row.GetString(2)),
        KeyId = new KeyId(row.GetString(3)),
        Endpoint = row.GetString(4),
        Model = row.GetString(5),
        Provider = row.TextOrNull(6),
        UpstreamModel = row.TextOrNull(7),
        Stream = row.GetBoolean(8),
        Status = (int)row.GetInt64(9),
        Outcome = LedgerText.ToOutcome(row.GetString(10)),
        PromptTokens = row.GetInt64(11),
        CachedTokens = row.GetInt64(12),
        ImageTokens = row.GetInt64(13),
        ImageTokensEstimated = row.GetInt64(14),
        AudioInputTokens = row.GetInt64(15),
        CacheWriteTokens = row.GetInt64(16),
        CompletionTokens = row.GetInt64(17),
        ReasoningTokens = row.GetInt64(18),
        AudioOutputTokens = row.GetInt64(19),
        ImageOutputTokens = row.GetInt64(20),
        Images = row.GetInt64(21),
        OutputImages = row.GetInt64(22),
        Seconds = row.GetInt64(23),
        Characters = row.GetInt64(24),
        EndUser = row.TextOrNull(25),
        Tags = row.TextOrNull(26),
        UsageSource = LedgerText.ToUsageSource(row.GetString(27)),
        Price = row.GetString(28),
        Amount = new Money(row.GetInt64(29)),
        ListAmount = new Money(row.GetInt64(30)),
        LatencyMs = row.GetInt64(31),
        FirstTokenMs = row.NumberOrNull(32),
        TraceId = row.TextOrNull(33),
        Prepaid = row.GetBoolean(34),
        Reverses = row.TextOrNull(35),
        Reversal = row.NumberOrNull(36),
        Note = row.TextOrNull(37),
    };
}
