using System.Runtime.InteropServices;
using Gateway.Idempotency;
using Gateway.Storage;

namespace Gateway.Ledger;

/// <summary>
/// Makes rows durable in groups. One thread takes all rows that wait, writes them in one transaction, and then lets all who wait go on;
/// while it writes, the next group gathers. Nothing is delayed to make a group larger.
/// </summary>
internal sealed partial class LedgerWriter(Database database, ILedgerSink sink, TimeProvider time, ILogger<LedgerWriter> logger) : IHostedService, IDisposable
{
    /// <summary>Rows in one transaction. More gains little, and makes those at its head wait.</summary>
    public const int MaxBatch = 512;

    private static readonly TimeSpan LastRows = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Rows that may wait; beyond it committing waits for room.</summary>
    public const int Capacity = 16_384;

    // The thread sleeps on this lock's monitor, hence no System.Threading.Lock.
    private readonly object _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<PendingRow> _waiting = [];
    private TaskCompletionSource? _room;
    private bool _started;
    private bool _stopping;
    private volatile bool _down;
    private long _downAt;
    private long _expected;

    /// <summary>
    /// Whether rows just failed to be written, so that new requests had better not be sent. A second after each failure it is false
    /// again, for whoever comes then to try.
    /// </summary>
    public bool IsDown => _down && time.GetElapsedTime(Interlocked.Read(ref _downAt)) < TryAgainAfter;

    /// <summary>
    /// Completes when the row is durable; a row whose request id is known already counts as written. The token ends waiting for room in the queue alone:
    /// once a row is queued it will be written, and whoever needs its cost must learn so.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The row could not be written, or the gateway is stopping.</exception>
    public ValueTask CommitAsync(LedgerEntry entry, CancellationToken cancellationToken) => CommitAsync(entry, null, cancellationToken);

    /// <inheritdoc cref="CommitAsync(LedgerEntry, CancellationToken)"/>
    /// <param name="entry">The row.</param>
    /// <param name="completion">The end of the request's idempotency key, which becomes durable with the row or not at all; null without one.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    public ValueTask CommitAsync(LedgerEntry entry, AnswerCompletion? completion, CancellationToken cancellationToken)
    {
        var row = new PendingRow(entry, completion);
        return TryEnqueue(row, out var room) ? new ValueTask(row.Task) : EnqueueWhenThereIsRoomAsync(row, room, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _started = true;
        new Thread(Run) { IsBackground = true, Name = "ledger-writer" }.Start();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Waits for the rows of requests that are just ending, writes all that wait, and returns. The host's token has no say in it: it is
    /// cancelled already when requests had to be broken off, and those are the ones whose rows are still to come.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(LastRows, time);
        while (Interlocked.Read(ref _expected) > 0 && !patience.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, CancellationToken.None);
        }

        Stop();
        if (_started)
        {
            await _ended.Task.WaitAsync(LastRows, time, CancellationToken.None);
        }
    }

    /// <summary>Announces a row: stopping waits until it was committed, or came to nothing.</summary>
    public ExpectedRow Expect()
    {
        Interlocked.Increment(ref _expected);
        return new ExpectedRow(this);
    }

    /// <summary>Takes an announcement back.</summary>
    public void Arrived() => Interlocked.Decrement(ref _expected);

    public void Dispose() => Stop();

    private void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }
    }

    private bool TryEnqueue(PendingRow row, out Task room)
    {
        lock (_gate)
        {
            if (_stopping)
            {
                row.SetException(new LedgerUnavailableException("The gateway is stopping and takes no more ledger rows.", null));
                room = Task.CompletedTask;
                return true;
            }

            if (_waiting.Count >= Capacity)
            {
                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
                return false;
            }

            _waiting.Add(row);
            if (_waiting.Count == 1)
            {
                Monitor.Pulse(_gate);
            }

            room = Task.CompletedTask;
            return true;
        }
    }

    private async ValueTask EnqueueWhenThereIsRoomAsync(PendingRow row, Task room, CancellationToken cancellationToken)
    {
        do
        {
            await room.WaitAsync(cancellationToken);
        }
        while (!TryEnqueue(row, out room));

        await row.Task;
    }

    private void Run()
    {
        try
        {
            var taken = new List<PendingRow>();
            while (TakeAll(ref taken))
            {
                WriteAll(CollectionsMarshal.AsSpan(taken));
                taken.Clear();
            }
        }
        finally
        {
            sink.Dispose();
            _ended.SetResult();
        }
    }

    // Swaps the two lists, so that committing never waits for copying.
    private bool TakeAll(ref List<PendingRow> taken)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_stopping)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            (_waiting, taken) = (taken, _waiting);
            (room, _room) = (_room, null);
        }

        room?.SetResult();
        return true;
    }

    private void WriteAll(ReadOnlySpan<PendingRow> rows)
    {
        while (!rows.IsEmpty)
        {
            var batch = rows[..Math.Min(MaxBatch, rows.Length)];
            rows = rows[batch.Length..];
            if (Write(batch) is { } outage)
            {
                // Those behind would each wait for the same timeout.
                Fail(rows, outage);
                return;
            }
        }
    }

    /// <summary>Returns what is wrong with the database where all of the batch failed for it.</summary>
    private Exception? Write(ReadOnlySpan<PendingRow> batch)
    {
        if (TryWrite(batch) is not { } failure)
        {
            Complete(batch);
            return null;
        }

        // A server that was restarted left a dead connection behind: once more over a new one. Harmless if the first try did commit.
        if (database.Dialect.IsUnavailable(failure))
        {
            sink.Reset();
            failure = TryWrite(batch);
            if (failure is null)
            {
                Complete(batch);
                return null;
            }
        }

        return database.Dialect.IsUnavailable(failure) ? FailAll(batch, failure) : WriteOneByOne(batch);
    }

    /// <summary>After a batch was refused for one of its rows: that row fails, its neighbours do not.</summary>
    private Exception? WriteOneByOne(ReadOnlySpan<PendingRow> batch)
    {
        for (var i = 0; i < batch.Length; i++)
        {
            var failure = TryWrite(batch.Slice(i, 1));
            if (failure is null)
            {
                Complete(batch.Slice(i, 1));
            }
            else if (database.Dialect.IsUnavailable(failure))
            {
                return FailAll(batch[i..], failure);
            }
            else
            {
                Log.RowRefused(logger, batch[i].Entry.RequestId, failure);
                batch[i].SetException(new LedgerUnavailableException("The database refused this ledger row.", failure));
            }
        }

        return null;
    }

    private Exception? TryWrite(ReadOnlySpan<PendingRow> rows)
    {
        try
        {
            sink.Write(rows);
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is, those who wait must hear of it, and the thread must live on for the rows to come.
            return e;
        }
    }

    private void Complete(ReadOnlySpan<PendingRow> rows)
    {
        if (_down)
        {
            _down = false;
            Log.Back(logger);
        }

        foreach (var row in rows)
        {
            row.SetResult();
        }
    }

    private Exception FailAll(ReadOnlySpan<PendingRow> rows, Exception cause)
    {
        sink.Reset();
        Interlocked.Exchange(ref _downAt, time.GetTimestamp());
        if (!_down)
        {
            _down = true;
            Log.Down(logger, database.Dialect.Setting, cause);
        }

        Fail(rows, cause);
        return cause;
    }

    private static void Fail(ReadOnlySpan<PendingRow> rows, Exception cause)
    {
        foreach (var row in rows)
        {
            row.SetException(new LedgerUnavailableException("The ledger's database cannot be reached.", cause));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Ledger rows cannot be written: {Setting}")]
        public static partial void Down(ILogger logger, string setting, Exception cause);

        [LoggerMessage(2, LogLevel.Information, "Ledger rows are written again")]
        public static partial void Back(ILogger logger);

        [LoggerMessage(3, LogLevel.Error, "The database refused the ledger row of {RequestId}")]
        public static partial void RowRefused(ILogger logger, string requestId, Exception cause);
    }
}
