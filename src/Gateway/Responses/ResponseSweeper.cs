using System.Data.Common;

namespace Gateway.Responses;

/// <summary>Forgets stored responses whose time is over, each ten minutes, a few at a time. Nodes that do so at once leave each other's rows alone.</summary>
internal sealed partial class ResponseSweeper(ResponseStore store, TimeProvider time, ILogger<ResponseSweeper> logger) : PeriodicService(Interval, time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    // Small, so that a ledger row never waits long for the database's one writer.
    private const int Batch = 100;
    private const int MostBatches = 2000;

    /// <summary>Forgets what has expired, or as much as one round may.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        try
        {
            for (var batches = 0; batches < MostBatches && await store.RemoveExpiredAsync(Batch, ct) == Batch; batches++)
            {
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
        [LoggerMessage(1, LogLevel.Error, "Expired stored responses could not be forgotten")]
        public static partial void Failed(ILogger logger, Exception cause);
    }
}
