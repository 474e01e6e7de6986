using System.Runtime.InteropServices;
using Gateway.Telemetry;

namespace Gateway.Ledger.Spooling;

/// <summary>
/// Brings the spool's rows into the database, oldest first, on a thread of its own: while the database is down a try costs seconds, and rows must go on being
/// spooled meanwhile. It sleeps while there is nothing to do, and between two tries. A spool takes rows faster than a database does, so that under full load the one
/// would never be empty: while the database answers, two rows leave for each that comes.
/// </summary>
internal sealed partial class SpoolReplay(LedgerSpool spool, LedgerGroups groups, TimeProvider time, GatewayMetrics? metrics, ILogger logger)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a stopping gateway goes on with a replay that gets on.</summary>
    private static readonly TimeSpan LastTries = TimeSpan.FromSeconds(5);

    private readonly object _bell = new();
    private readonly List<PendingRow> _rows = [];
    private readonly List<(SpoolItem Item, PendingRow? Row, Exception? Problem)> _read = [];
    private readonly List<(PendingRow Row, Exception Problem)> _refused = [];
    private Thread? _thread;
    private ITimer? _timer;
    private bool _isDraining;
    private long _credit;
    private bool _rung;
    private bool _resting;
    private volatile bool _stopping;
    private long _stoppedAt;
    private long _replayed;
    private long _setAside;
    private bool _saidStuck;

    /// <summary>The database took rows, or refused them for themselves.</summary>
    public required Action OnAnswer { get; init; }

    /// <summary>The database does not answer.</summary>
    public required Action OnOutage { get; init; }

    /// <summary>Runs what it is given while no row can be appended; returns whether that emptied the spool and rows go to the database again.</summary>
    public required Func<Func<bool>, bool> TryHandOver { get; init; }

    public void Start()
    {
        _timer = time.CreateTimer(static replay => ((SpoolReplay)replay!).EndRest(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger-replay" };
        _thread.Start();
    }

    /// <summary>There is something in the spool.</summary>
    public void Ring()
    {
        lock (_bell)
        {
            _rung = true;
            Monitor.PulseAll(_bell);
        }
    }

    /// <summary>Returns when as many rows may be appended: while the database takes rows from the spool, when it has taken enough; else at once.</summary>
    public void WaitForTurn(int rows)
    {
        lock (_bell)
        {
            while (_isDraining && _credit <= 0)
            {
                Monitor.Wait(_bell);
            }

            _credit -= 2L * rows;
        }
    }

    /// <summary>Returns when the spool is empty or the database does not answer, at the latest a few seconds and a database's timeout from now.</summary>
    public void Stop()
    {
        if (_thread is null)
        {
            return;
        }

        lock (_bell)
        {
            _stoppedAt = time.GetTimestamp();
            _stopping = true;
            Monitor.PulseAll(_bell);
        }

        _thread.Join();
        _timer?.Dispose();
    }

    private void EndRest()
    {
        lock (_bell)
        {
            _resting = false;
            Monitor.PulseAll(_bell);
        }
    }

    private void Run()
    {
        while (WaitForWork())
        {
            if (!TryPass())
            {
                Rest();
            }
        }
    }

    private bool WaitForWork()
    {
        lock (_bell)
        {
            while (!_stopping && (!_rung || _resting))
            {
                Monitor.Wait(_bell);
            }

            // A stopping gateway does not wait for a database that is down.
            return _rung && !(_stopping && (_resting || time.GetElapsedTime(_stoppedAt) > LastTries));
        }
    }

    private void Rest()
    {
        EndDrain();
        lock (_bell)
        {
            _resting = true;
        }

        _timer!.Change(BetweenTries, Timeout.InfiniteTimeSpan); // Set before the thread runs.
    }

    private void GiveCredit(int rows)
    {
        lock (_bell)
        {
            // What was appended before the database answered is nobody's debt, and a lull nobody's merit.
            _credit = _isDraining ? Math.Min(_credit + rows, 2 * LedgerGroups.MaxRows) : 0;
            _isDraining = true;
            Monitor.PulseAll(_bell);
        }
    }

    private void EndDrain()
    {
        lock (_bell)
        {
            _isDraining = false;
            Monitor.PulseAll(_bell);
        }
    }

    /// <summary>One group, and the hand-over where little is left. False where it is not worth trying again at once.</summary>
    private bool TryPass()
    {
        try
        {
            if (!TryReplayGroup())
            {
                return false;
            }

            // Only now, when the database has just answered: whoever commits waits meanwhile.
            if (spool.Rows <= LedgerGroups.MaxRows)
            {
                return TryHandOver(TryReplayRest);
            }

            return true;
        }
        catch (Exception e)
        {
            // A file that cannot be read, or rows that cannot be set aside: nothing may be lost for it, nor may the thread end.
            if (!_saidStuck)
            {
                _saidStuck = true;
                Log.Stuck(logger, spool.Folder, e);
            }

            return false;
        }
    }

    private bool TryReplayRest()
    {
        while (spool.Bytes > 0)
        {
            if (!TryReplayGroup())
            {
                return false;
            }
        }

        lock (_bell)
        {
            _rung = false;
        }

        EndDrain();
        Log.Drained(logger, _replayed, _setAside);
        (_replayed, _setAside, _saidStuck) = (0, 0, false);
        return true;
    }

    private bool TryReplayGroup()
    {
        _rows.Clear();
        _read.Clear();
        _refused.Clear();
        foreach (var item in spool.Peek(LedgerGroups.MaxRows))
        {
            var (row, problem) = (default(PendingRow), default(Exception));
            if (item.IsRecord && SpoolRecord.TryRead(item.Bytes.Span, out row, out problem))
            {
                _rows.Add(row);
            }

            _read.Add((item, row, problem));
        }

        if (_rows.Count > 0)
        {
            groups.Write(CollectionsMarshal.AsSpan(_rows), _refused, out var outage);
            if (outage is not null)
            {
                OnOutage();
                return false;
            }

            OnAnswer();
        }

        SetAside();
        spool.Advance();
        GiveCredit(_read.Count);
        var written = _rows.Count - _refused.Count;
        _replayed += written;
        metrics?.LedgerRowsReplayed(written);
        return true;
    }

    /// <summary>Before the segment can go: what is not in the database, and will not be.</summary>
    private void SetAside()
    {
        var next = 0;
        foreach (var (item, row, unreadable) in _read)
        {
            // In the order of the rows that were written.
            var refused = next < _refused.Count && _refused[next].Row == row ? _refused[next++].Problem : null;
            if (!item.IsRecord)
            {
                Log.Damaged(logger, item.Bytes.Length, spool.SetAside(item.Bytes.Span, SpoolFiles.Damaged));
            }
            else if ((refused ?? unreadable) is { } reason)
            {
                Log.SetAside(logger, row?.Entry.RequestId, spool.SetAside(item.Bytes.Span, SpoolFiles.Refused), reason);
                metrics?.LedgerRowsRefused(1);
                _setAside++;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The spool is drained: {Rows} ledger rows are in the database, {Refused} were set aside")]
        public static partial void Drained(ILogger logger, long rows, long refused);

        [LoggerMessage(2, LogLevel.Error, "The spooled ledger row of {RequestId} cannot go into the database; it was set aside in {Path}")]
        public static partial void SetAside(ILogger logger, string? requestId, string path, Exception cause);

        [LoggerMessage(3, LogLevel.Error, "{Bytes} bytes of the spool are damaged, and with them the ledger rows that they held; they were set aside in {Path}")]
        public static partial void Damaged(ILogger logger, int bytes, string path);

        [LoggerMessage(4, LogLevel.Error, "The spool in {Folder} cannot be replayed; it is tried again and again")]
        public static partial void Stuck(ILogger logger, string folder, Exception cause);
    }
}
