using System.Data.Common;

namespace Gateway.Idempotency;

/// <summary>Removes keys and answers whose time is over, each minute, a few at a time. Nodes that do so at once leave each other's rows alone.</summary>
internal sealed partial class KeySweeper(IdempotencyStore store, TimeProvider time, ILogger<KeySweeper> logger) : PeriodicService(Interval, time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // Small, so that a ledger row never waits long for the database's one writer.
    private const int Batch = 100;
    private const int MostBatches = 200;

    /// <summary>Removes what has expired, or as much as one round may.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        try
        {
            var (removed, batches) = (0, 0);
            int some;
            do
            {
                some = await store.RemoveExpiredAsync(Batch, ct);
                removed += some;
            }
            while (some == Batch && ++batches < MostBatches);

            if (removed > 0)
            {
                Log.Removed(logger, removed);
            }
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            Log.Failed(logger, e);
        }
    }

    protected override Task RoundAsync(CancellationToken ct) => SweepAsync(ct);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Count} expired idempotency keys were removed")]
        public static partial void Removed(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Error, "Expired idempotency keys could not be removed")]
        public static partial void Failed(ILogger logger, Exception cause);
    }
}
