using System.Runtime.InteropServices;
using Gateway.Idempotency;
using Gateway.Ledger.Spooling;
using Gateway.Storage;
using Gateway.Telemetry;
using Microsoft.Extensions.Options;

namespace Gateway.Ledger;

/// <summary>
/// Makes rows durable in groups. One thread takes all rows that wait, makes them durable in one transaction or, while the database is down, in one flush of the
/// spool, and then lets all who wait go on; while it writes, the next group gathers. Nothing is delayed to make a group larger.
/// </summary>
/// <param name="database">What the sink writes to.</param>
/// <param name="sink">Used by one thread at a time, and disposed of when the last has ended.</param>
/// <param name="time">Tells the age of rows, and of failures.</param>
/// <param name="logger">Hears of outages, and of rows that are lost.</param>
/// <param name="spool">Where rows go while the database is down; null = they fail with it.</param>
/// <param name="options">Null = the defaults.</param>
/// <param name="metrics">Null = none.</param>
internal sealed class LedgerWriter(
    Database database,
    ILedgerSink sink,
    TimeProvider time,
    ILogger<LedgerWriter> logger,
    LedgerSpool? spool = null,
    IOptions<LedgerOptions>? options = null,
    GatewayMetrics? metrics = null) : IHostedService, IDisposable
{
    /// <summary>Rows that may wait; beyond it committing waits for room.</summary>
    public const int Capacity = 16_384;

    /// <summary>With buffered durability: rows that may be on their way when an answer ends before its row is durable.</summary>
    public const int MaxBuffered = 1024;

    /// <summary>With buffered durability: how old the oldest of them may be.</summary>
    public static readonly TimeSpan BufferedFor = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LastRows = TimeSpan.FromSeconds(10);

    // The thread sleeps on this lock's monitor, hence no System.Threading.Lock.
    private readonly object _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<PendingRow> _waiting = [];
    private readonly LedgerDestination _destination = new(database, sink, spool, options?.Value ?? new LedgerOptions(), time, metrics, logger);
    private readonly bool _isBuffered = LedgerOptions.ToDurability(options?.Value.Durability) == LedgerDurability.Buffered;
    private TaskCompletionSource? _room;
    private int _taken;
    private long _takenQueuedAt;
    private bool _started;
    private bool _stopping;
    private long _expected;

    /// <inheritdoc cref="LedgerDestination.IsDown"/>
    public bool IsDown => _destination.IsDown;

    /// <inheritdoc cref="LedgerDestination.IsSpooling"/>
    public bool IsSpooling => _destination.IsSpooling;

    /// <summary>
    /// Completes when the row is durable, in the database or in the spool; with buffered durability as soon as it is queued, unless too many rows or too old ones are
    /// not durable yet. A row whose request id is known already counts as written. The token ends waiting for room in the queue alone: once a row is queued it will
    /// be written, and whoever needs its cost must learn so.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The row could not be written, or the gateway is stopping.</exception>
    public ValueTask CommitAsync(LedgerEntry entry, CancellationToken cancellationToken) => CommitAsync(entry, null, cancellationToken);

    /// <inheritdoc cref="CommitAsync(LedgerEntry, CancellationToken)"/>
    /// <param name="entry">The row.</param>
    /// <param name="completion">The end of the request's idempotency key, which becomes durable with the row or not at all; null without one.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    public ValueTask CommitAsync(LedgerEntry entry, AnswerCompletion? completion, CancellationToken cancellationToken)
    {
        var row = new PendingRow(entry, completion) { QueuedAt = time.GetTimestamp() };
        return TryEnqueue(row, out var room) ? Durable(row) : EnqueueWhenThereIsRoomAsync(row, room, cancellationToken);
    }

    /// <exception cref="StorageUnavailableException">The spool belongs to another process, or cannot be used where the policy needs it.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _destination.Start();
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

            row.IsAcknowledged = _isBuffered && MayGoAhead(row);
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

        await Durable(row);
    }

    private static ValueTask Durable(PendingRow row) => row.IsAcknowledged ? ValueTask.CompletedTask : new ValueTask(row.Task);

    /// <summary>Whether what is not durable yet is little and young. Under the lock.</summary>
    private bool MayGoAhead(PendingRow row)
    {
        var oldest = _taken > 0 ? _takenQueuedAt : _waiting.Count > 0 ? _waiting[0].QueuedAt : row.QueuedAt;
        return _taken + _waiting.Count < MaxBuffered && time.GetElapsedTime(oldest, row.QueuedAt) < BufferedFor;
    }

    private void Run()
    {
        try
        {
            var taken = new List<PendingRow>();
            while (TakeAll(ref taken))
            {
                _destination.Write(CollectionsMarshal.AsSpan(taken));
                taken.Clear();
            }
        }
        finally
        {
            _destination.Stop();
            _ended.SetResult();
        }
    }

    // Swaps the two lists, so that committing never waits for copying.
    private bool TakeAll(ref List<PendingRow> taken)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _taken = 0;
            while (_waiting.Count == 0)
            {
                if (_stopping)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            (_waiting, taken) = (taken, _waiting);
            (_taken, _takenQueuedAt) = (taken.Count, taken[0].QueuedAt);
            (room, _room) = (_room, null);
        }

        room?.SetResult();
        return true;
    }
}
