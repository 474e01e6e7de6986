using System.Data.Common;
using System.Globalization;
using Gateway.Storage;

namespace Gateway.Ledger;

/// <summary>The ledger by months: partitions on PostgreSQL, rows by their ids on SQLite. Of a month that is dropped its daily sums stay, and what it paid from balances.</summary>
internal sealed class LedgerMonths(Database database, TimeProvider time)
{
    private const int BatchRows = 2000;
    private const string TakeTurn = "select pg_try_advisory_lock(4707155620117912)";
    private const string WaitShortly = "select set_config('lock_timeout', '2s', true)";
    private const string OpenMonths = "select ledger_open_month(cast(@month as timestamp) + n * interval '1 month') from generate_series(0, 2) as n";
    private const string SelectOldest = "select min(request_id) from ledger";
    private const string KeepFrom = "update ledger_retention set kept_from = @day where kept_from < @day";
    private const string SelectKeptFrom = "select kept_from from ledger_retention";
    private const string OfMonth = " where request_id >= @from_id and request_id < @to_id";
    private const string Count = "select count(*) from ledger" + OfMonth;
    private const string FindPartition = "select count(*) from pg_class where relname = @name and relispartition";

    private const string DeleteSome = "delete from ledger where request_id in (select request_id from ledger" + OfMonth + " order by request_id limit @limit) "
        + "returning tenant_id, prepaid, amount_nano_usd";

    private const string SumDropped = "select tenant_id, cast(sum(amount_nano_usd) as bigint) from ledger" + OfMonth + " and prepaid group by tenant_id";

    private const string AddDropped = "insert into ledger_dropped (tenant_id, prepaid_nano_usd) values (@tenant, @amount) "
        + "on conflict (tenant_id) do update set prepaid_nano_usd = ledger_dropped.prepaid_nano_usd + excluded.prepaid_nano_usd";

    public static DateTimeOffset StartOf(DateTimeOffset moment) => new(moment.UtcDateTime.Year, moment.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The first day, since 1970, whose rows are all still there.</summary>
    public static async Task<long> KeptFromAsync(Database database, CancellationToken ct) =>
        (await database.ListAsync(SelectKeptFrom, row => row.GetInt64(0), [], ct))[0];

    /// <summary>Sees to it that this month and the next two have their partitions.</summary>
    public async Task OpenAsync(CancellationToken ct)
    {
        if (database.Dialect is not PostgresDialect { MigrationLockSql: { } lockMigrations })
        {
            return;
        }

        await database.WriteAsync(
            async session =>
            {
                // Opening locks the ledger for an instant; it had better not wait for long with others waiting behind it.
                await session.ListAsync(WaitShortly, static _ => 0, [], ct);
                await session.ListAsync(lockMigrations, static _ => 0, [], ct);
                return await session.ListAsync(OpenMonths, static _ => 0, [new("@month", $"{StartOf(time.GetUtcNow()):yyyy-MM-dd}")], ct);
            },
            ct);
    }

    /// <summary>The right to drop months, until it is disposed of; null where another node has it.</summary>
    public async Task<IAsyncDisposable?> TryTakeTurnAsync(CancellationToken ct)
    {
        var connection = await database.Source.OpenConnectionAsync(ct);
        if (database.Dialect is PostgresDialect && !(await new SqlSession(connection, null).ListAsync(TakeTurn, row => row.GetBoolean(0), [], ct))[0])
        {
            await connection.DisposeAsync();
            return null;
        }

        return connection;
    }

    /// <summary>The month of the oldest row, or null.</summary>
    public async Task<DateTimeOffset?> OldestAsync(CancellationToken ct)
    {
        var id = (await database.ListAsync(SelectOldest, row => row.IsDBNull(0) ? "" : row.GetString(0), [], ct))[0];

        // req_ and the 48 bits of a UUIDv7's time, in 8 and 4 digits.
        return id.Length > 17
            && long.TryParse(string.Concat(id.AsSpan(4, 8), id.AsSpan(13, 4)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ms)
            ? StartOf(DateTimeOffset.FromUnixTimeMilliseconds(ms))
            : null;
    }

    /// <returns>False, with nothing dropped, where the month has not that many rows.</returns>
    public async Task<bool> TryDropAsync(DateTimeOffset month, long rows, CancellationToken ct)
    {
        var end = month.AddMonths(1);
        SqlArgument[] range = [new("@from_id", LedgerFilter.FirstIdOf(month)), new("@to_id", LedgerFilter.FirstIdOf(end))];
        if ((await database.ListAsync(Count, row => row.GetInt64(0), range, ct))[0] != rows)
        {
            return false;
        }

        // First of all: rows that are missing must not be taken for a difference.
        await database.ExecuteAsync(KeepFrom, [new("@day", end.ToUnixTimeSeconds() / 86_400)], ct);
        var partition = $"ledger_{month:yyyy_MM}";
        if (database.Dialect is PostgresDialect && (await database.ListAsync(FindPartition, row => row.GetInt64(0), [new("@name", partition)], ct))[0] > 0)
        {
            return await TryDropPartitionAsync(partition, range, rows, ct);
        }

        while (await DeleteSomeAsync(range, ct) == BatchRows)
        {
            // Many short transactions: requests' rows are written in between.
        }

        return true;
    }

    private Task<bool> TryDropPartitionAsync(string partition, SqlArgument[] range, long rows, CancellationToken ct) => database.WriteAsync(
        async session =>
        {
            await session.ListAsync(WaitShortly, static _ => 0, [], ct);
            await session.ExecuteAsync($"lock table {partition} in access exclusive mode", [], ct);
            if ((await session.ListAsync(Count, row => row.GetInt64(0), range, ct))[0] != rows)
            {
                return false;
            }

            foreach (var (tenant, amount) in await session.ListAsync(SumDropped, row => (row.GetString(0), row.GetInt64(1)), range, ct))
            {
                await session.ExecuteAsync(AddDropped, [new("@tenant", tenant), new("@amount", amount)], ct);
            }

            await session.ExecuteAsync($"drop table {partition}", [], ct);
            return true;
        },
        ct);

    private Task<int> DeleteSomeAsync(SqlArgument[] range, CancellationToken ct) => database.WriteAsync(
        async session =>
        {
            var gone = await session.ListAsync(DeleteSome, row => (Tenant: row.GetString(0), Prepaid: row.GetBoolean(1), Amount: row.GetInt64(2)), [.. range, new("@limit", BatchRows)], ct);
            foreach (var tenant in gone.Where(row => row.Prepaid).GroupBy(row => row.Tenant, StringComparer.Ordinal))
            {
                await session.ExecuteAsync(AddDropped, [new("@tenant", tenant.Key), new("@amount", tenant.Sum(row => row.Amount))], ct);
            }

            return gone.Count;
        },
        ct);
}
