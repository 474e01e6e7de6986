using System.Data.Common;
using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Ledger;

/// <summary>
/// Once an hour: opens the months to come (PostgreSQL), and drops whole months that ended more than <see cref="LedgerOptions.RetentionDays"/> ago, the oldest
/// first, each after it was exported. Of several nodes one does it.
/// </summary>
internal sealed partial class LedgerRetention(
    Database database, LedgerExport export, LedgerMonths months, IOptions<LedgerOptions> options, TimeProvider time, ILogger<LedgerRetention> logger) : PeriodicService(Every, time, atOnce: true)
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>What is due now.</summary>
    /// <exception cref="DbException">The database failed; nothing is lost, and the next time goes on.</exception>
    public async Task RunOnceAsync(CancellationToken ct)
    {
        await months.OpenAsync(ct);
        if (options.Value.RetentionDays is not { } days)
        {
            return;
        }

        await using var alone = await months.TryTakeTurnAsync(ct);
        if (alone is null)
        {
            return;
        }

        var cutoff = LedgerMonths.StartOf(Time.GetUtcNow().AddDays(-days));
        while (await months.OldestAsync(ct) is { } month && month < cutoff)
        {
            var (path, rows) = await export.WriteAsync(month, ct);
            if (!await months.TryDropAsync(month, rows, ct))
            {
                // Rows came in between, out of a spool: exported anew the next Time.
                Log.Changed(logger, month, database.Dialect.Setting);
                return;
            }

            Log.Dropped(logger, rows, month, path);
        }
    }

    protected override async Task RoundAsync(CancellationToken ct)
    {
        try
        {
            await RunOnceAsync(ct);
        }
        catch (Exception e) when (e is DbException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            Log.Failed(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Rows} ledger rows of {Month:yyyy-MM} were exported to {Path} and dropped")]
        public static partial void Dropped(ILogger logger, long rows, DateTimeOffset month, string path);

        [LoggerMessage(2, LogLevel.Warning, "Ledger rows of {Month:yyyy-MM} came while it was exported; it is dropped later: {Setting}")]
        public static partial void Changed(ILogger logger, DateTimeOffset month, string setting);

        [LoggerMessage(3, LogLevel.Error, "The ledger's months could not be opened or dropped; tried again in an hour")]
        public static partial void Failed(ILogger logger, Exception cause);
    }
}
