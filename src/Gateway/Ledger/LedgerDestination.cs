using System.Diagnostics.CodeAnalysis;
using Gateway.Ledger.Spooling;
using Gateway.Storage;
using Gateway.Telemetry;

namespace Gateway.Ledger;

/// <summary>
/// Where rows become durable: in the database, and from its failure until all is made up for in the spool. While there is anything in the spool every row goes
/// through it, so that rows come into the database in the order in which they were committed. The last rows of the spool are replayed while the writer's
/// thread waits; the next row goes straight to the database.
/// </summary>
internal sealed partial class LedgerDestination
{
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    // Held while rows are made durable, and while the spool's last rows are replayed.
    private readonly Lock _turn = new();
    private readonly List<(PendingRow Row, Exception Problem)> _refused = [];
    private readonly Database _database;
    private readonly LedgerGroups _groups;
    private readonly LedgerSpool? _spool;
    private readonly LedgerOptions _options;
    private readonly TimeProvider _time;
    private readonly GatewayMetrics? _metrics;
    private readonly ILogger _logger;
    private readonly SpoolReplay? _replay;
    private volatile bool _spooling;
    private volatile bool _down;
    private volatile bool _failing;
    private long _failedAt;

    /// <param name="spool">Null = rows fail with the database.</param>
    public LedgerDestination(
        Database database, ILedgerSink sink, LedgerSpool? spool, LedgerOptions options, TimeProvider time, GatewayMetrics? metrics, ILogger logger)
    {
        (_database, _groups, _spool, _options, _time, _metrics, _logger) = (database, new LedgerGroups(database, sink), spool, options, time, metrics, logger);
        if (spool is not null)
        {
            _replay = new SpoolReplay(spool, _groups, time, metrics, logger) { OnAnswer = () => _down = false, OnOutage = () => _down = true, TryHandOver = TryHandOver };
            metrics?.ObserveSpool(() => spool.Rows, () => spool.Bytes);
        }
    }

    /// <summary>
    /// Whether new requests had better not be sent: by the policy while the database is down, under either policy while the spool is full, and for a second after
    /// rows were lost to both; then it is false again, for whoever comes to try.
    /// </summary>
    public bool IsDown =>
        (_failing && _time.GetElapsedTime(Interlocked.Read(ref _failedAt)) < TryAgainAfter)
        || (_spooling && ((_down && !AdmitsWhileDown) || _spool!.Bytes >= _options.MaxSpoolBytes));

    /// <summary>Whether rows wait in the spool, so that the database does not know yet what was spent.</summary>
    public bool IsSpooling => _spooling;

    private bool AdmitsWhileDown => LedgerOptions.ToOutagePolicy(_options.WhenDatabaseIsDown) == OutagePolicy.Spool;

    /// <summary>Opens the spool, and begins to replay what an earlier run left there.</summary>
    /// <exception cref="StorageUnavailableException">Another process has the spool, or the policy needs one and there can be none.</exception>
    public void Start()
    {
        if (_spool is null)
        {
            return;
        }

        try
        {
            _spool.Open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (AdmitsWhileDown)
            {
                throw new StorageUnavailableException(
                    $"{StorageOptions.DataDirectoryKey} = '{Path.GetDirectoryName(_spool.Folder)}': ledger rows cannot be spooled there: {e.Message} Make it a directory that this process may write, or set {LedgerOptions.Section}:{nameof(LedgerOptions.WhenDatabaseIsDown)} to 'refuse'.", e);
            }

            Log.NoSpool(_logger, StorageOptions.DataDirectoryKey, _spool.Folder, e);
            return;
        }

        _replay!.Start(); // There is one where there is a spool.
        if (_spool.Bytes > 0)
        {
            _spooling = true;
            Log.Found(_logger, _spool.Rows, _spool.Folder);
            _replay.Ring();
        }
    }

    /// <summary>Makes the rows durable, or fails them, in their order. Called by the writer's thread alone.</summary>
    public void Write(ReadOnlySpan<PendingRow> rows)
    {
        if (_spooling)
        {
            _replay!.WaitForTurn(rows.Length); // There is one where there is a spool.
        }

        lock (_turn)
        {
            while (!rows.IsEmpty)
            {
                if (_spooling)
                {
                    Spool(rows, cause: null);
                    return;
                }

                var written = WriteGroup(rows[..Math.Min(LedgerGroups.MaxRows, rows.Length)], out var outage);
                rows = rows[written..];
                if (outage is not null)
                {
                    // Those behind would each wait for the same timeout.
                    Spool(rows, outage);
                    return;
                }
            }
        }
    }

    /// <summary>Lets the replay come to an end, and closes the connection.</summary>
    public void Stop()
    {
        _replay?.Stop();
        if (_spool is { Rows: > 0 } left)
        {
            Log.Left(_logger, left.Rows, left.Folder);
        }

        _groups.Close();
    }

    private int WriteGroup(ReadOnlySpan<PendingRow> group, out Exception? outage)
    {
        _refused.Clear();
        var written = _groups.Write(group, _refused, out outage);
        foreach (var (row, problem) in _refused)
        {
            Refuse(row, problem);
        }

        Complete(group[..written], GatewayMetrics.LedgerDatabase);
        if (written > 0 && _down && !_spooling)
        {
            _down = false;
            Log.Back(_logger);
        }

        return written;
    }

    /// <param name="rows">In the order of their commits.</param>
    /// <param name="cause">The outage that begins here; null where it began before.</param>
    private void Spool(ReadOnlySpan<PendingRow> rows, Exception? cause)
    {
        if (cause is not null)
        {
            SayDown(cause);
        }

        try
        {
            if (_spool is not { IsOpen: true })
            {
                Fail(rows, cause);
                return;
            }

            foreach (var (row, problem) in _spool.Append(rows))
            {
                Refuse(row, problem);
            }

            // Whoever waits for one of the rows, and whoever hears of it from them, is to find it so.
            var begins = !_spooling;
            _spooling = true;
            Complete(rows, GatewayMetrics.LedgerSpool);
            if (begins)
            {
                Log.Spooling(_logger, _spool.Folder, _database.Dialect.Setting);
            }

            _replay!.Ring(); // There is one where there is a spool.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            SpoolFailed(rows, e);
        }
    }

    /// <summary>The disk is full or broken. A database that answers again takes the rows ahead of the spool's: no row depends on another.</summary>
    private void SpoolFailed(ReadOnlySpan<PendingRow> rows, Exception failure)
    {
        Log.SpoolFailed(_logger, _spool!.Folder, failure);
        while (!rows.IsEmpty && !_down)
        {
            var written = WriteGroup(rows[..Math.Min(LedgerGroups.MaxRows, rows.Length)], out var outage);
            rows = rows[written..];
            if (outage is not null)
            {
                SayDown(outage);
            }
        }

        Fail(rows, failure);
    }

    private void SayDown(Exception cause)
    {
        _database.SawOutage();
        if (!_down)
        {
            _down = true;
            Log.Down(_logger, _database.Dialect.Setting, cause);
        }
    }

    /// <summary>Called by the replaying thread, when the database has just answered and little is left.</summary>
    /// <returns>Whether the spool is empty and rows go to the database again.</returns>
    private bool TryHandOver(Func<bool> replayRest)
    {
        lock (_turn)
        {
            if (!replayRest())
            {
                return false;
            }

            _spooling = false;
            _down = false;
            return true;
        }
    }

    private void Complete(ReadOnlySpan<PendingRow> rows, string destination)
    {
        var now = _metrics is { WantsLedgerCommitted: true } ? _time.GetTimestamp() : 0;
        foreach (var row in rows)
        {
            // Those that were refused have their answer. Whoever waits for one of the others may look at once.
            _failing &= row.Task.IsCompleted;
            if (row.TrySetResult())
            {
                if (now != 0)
                {
                    _metrics!.LedgerCommitted(destination, _time.GetElapsedTime(row.QueuedAt, now));
                }
            }
        }
    }

    private void Refuse(PendingRow row, Exception problem)
    {
        Log.RowRefused(_logger, row.Entry.RequestId, problem);
        _metrics?.LedgerRowsRefused(1);
        row.Fail(new LedgerUnavailableException("The database refused this ledger row.", problem));
        if (row.IsAcknowledged && !TrySetAside(row))
        {
            Log.Lost(_logger, row.Entry.RequestId, row.Entry.Amount.NanoUsd);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever keeps the row from being kept, the next rows must be written.")]
    private bool TrySetAside(PendingRow row)
    {
        try
        {
            if (_spool is not { IsOpen: true })
            {
                return false;
            }

            var record = new System.Buffers.ArrayBufferWriter<byte>();
            SpoolRecord.Write(row, record);
            _spool.SetAside(record.WrittenSpan, SpoolFiles.Refused);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private void Fail(ReadOnlySpan<PendingRow> rows, Exception? cause)
    {
        if (rows.IsEmpty)
        {
            return;
        }

        Interlocked.Exchange(ref _failedAt, _time.GetTimestamp());
        _failing = true;
        foreach (var row in rows)
        {
            row.Fail(new LedgerUnavailableException("The ledger's database cannot be reached.", cause));
            if (row.IsAcknowledged)
            {
                Log.Lost(_logger, row.Entry.RequestId, row.Entry.Amount.NanoUsd);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The ledger's database is down: {Setting}")]
        public static partial void Down(ILogger logger, string setting, Exception cause);

        [LoggerMessage(2, LogLevel.Information, "Ledger rows are written again")]
        public static partial void Back(ILogger logger);

        [LoggerMessage(3, LogLevel.Error, "The ledger row of {RequestId} was refused")]
        public static partial void RowRefused(ILogger logger, string requestId, Exception cause);

        [LoggerMessage(4, LogLevel.Warning, "Ledger rows are spooled to {Folder} until the database is back: {Setting}")]
        public static partial void Spooling(ILogger logger, string folder, string setting);

        [LoggerMessage(5, LogLevel.Error, "Ledger rows cannot be spooled to {Folder}")]
        public static partial void SpoolFailed(ILogger logger, string folder, Exception cause);

        [LoggerMessage(6, LogLevel.Critical, "The ledger row of {RequestId} over {AmountNanoUsd} nano-dollars is lost; its answer went out before")]
        public static partial void Lost(ILogger logger, string requestId, long amountNanoUsd);

        [LoggerMessage(7, LogLevel.Warning, "{Rows} ledger rows of an earlier run are in {Folder}; they are being replayed")]
        public static partial void Found(ILogger logger, long rows, string folder);

        [LoggerMessage(8, LogLevel.Warning, "{Rows} ledger rows stay in {Folder}; the next start replays them")]
        public static partial void Left(ILogger logger, long rows, string folder);

        [LoggerMessage(9, LogLevel.Warning, "{Setting}: {Folder} cannot be used. While the database is down, answers are withheld instead of being spooled")]
        public static partial void NoSpool(ILogger logger, string setting, string folder, Exception cause);
    }
}
