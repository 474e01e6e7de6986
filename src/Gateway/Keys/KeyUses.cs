using System.Collections.Concurrent;
using System.Data.Common;
using Gateway.Core.Callers;
using Gateway.Storage;

namespace Gateway.Keys;

/// <summary>Writes down when keys were last used, twice a minute, so that a request pays nothing for it.</summary>
internal sealed partial class KeyUses(KeyStore store, TimeProvider time, ILogger<KeyUses> logger) : PeriodicService(Interval, time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    // Small, so that a ledger row never waits long for the database's one writer.
    private const int Batch = 100;

    private readonly ConcurrentQueue<(KeyId Key, DateTimeOffset At)> _used = new();
    private int _interval = 1;

    /// <summary>Notes that a key was used now.</summary>
    public void Note(KnownKey key)
    {
        if (key.IsFirstUseIn(Volatile.Read(ref _interval)))
        {
            _used.Enqueue((key.Caller.Key, Time.GetUtcNow()));
        }
    }

    /// <summary>
    /// Writes what was noted; what cannot be written, as when the host is torn down while it stops, is forgotten, and noted again with the next use.
    /// </summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        Interlocked.Increment(ref _interval);
        try
        {
            var batch = new List<(KeyId, DateTimeOffset)>(Batch);
            while (!_used.IsEmpty)
            {
                while (batch.Count < Batch && _used.TryDequeue(out var use))
                {
                    batch.Add(use);
                }

                await store.WriteUsesAsync(batch, ct);
                batch.Clear();
            }
        }
        catch (Exception e) when (e is DbException or TimeoutException or ObjectDisposedException)
        {
            Log.Failed(logger, e);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await FlushAsync(CancellationToken.None);
    }

    protected override Task RoundAsync(CancellationToken ct) => FlushAsync(ct);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "When keys were last used could not be written")]
        public static partial void Failed(ILogger logger, Exception cause);
    }
}
