using System.Collections.Concurrent;
using Gateway.Backends.Tests.Storage;
using Gateway.Cli;
using Gateway.Ledger;
using Gateway.Ledger.Spooling;
using Gateway.Storage;
using Gateway.Telemetry;
using Gateway.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shouldly;

namespace Gateway.Backends.Tests.Ledger.Spooling;

/// <summary>A running writer with a spool, over a database whose failures a test makes.</summary>
internal sealed class SpoolNode : IAsyncDisposable
{
    private readonly LoggerFactory _loggers;
    private readonly Order _order;
    private bool _stopped;

    private SpoolNode(Database database, StorageOptions storage, TemporaryFolder data, LedgerOptions options, TimeProvider time, GatewayMetrics? metrics)
    {
        (Database, Storage, Data) = (database, storage, data);
        _loggers = new LoggerFactory([Logs]);
        _order = new Order(LedgerRegistration.SinkFor(database));
        Sink = new FaultySink(_order);
        Spool = new LedgerSpool(data.Spool, _loggers.CreateLogger<LedgerSpool>());
        Writer = new LedgerWriter(database, Sink, time, _loggers.CreateLogger<LedgerWriter>(), Spool, Options.Create(options), metrics);
    }

    public Database Database { get; }

    public StorageOptions Storage { get; }

    public TemporaryFolder Data { get; }

    public FaultySink Sink { get; }

    public LedgerSpool Spool { get; }

    public LedgerWriter Writer { get; }

    public LogCollector Logs { get; } = new();

    /// <summary>Request ids in the order in which they first came into the database.</summary>
    public IReadOnlyList<string> Written => _order.Ids;

    public static async Task<SpoolNode> StartAsync(
        Database database, StorageOptions storage, TemporaryFolder data, LedgerOptions? options = null, TimeProvider? time = null, Action<FaultySink>? sink = null,
        GatewayMetrics? metrics = null)
    {
        var node = new SpoolNode(database, storage, data, options ?? new LedgerOptions(), time ?? TimeProvider.System, metrics);
        sink?.Invoke(node.Sink);
        await node.Writer.StartAsync(CancellationToken.None);
        return node;
    }

    /// <summary>As the database's driver says that there is no database.</summary>
    public static Exception Outage(Backend backend) => backend == Backend.Sqlite
        ? new Microsoft.Data.Sqlite.SqliteException("disk I/O error", SQLitePCL.raw.SQLITE_IOERR)
        : new Npgsql.NpgsqlException("connection reset");

    public Task CommitAsync(LedgerEntry entry) => Writer.CommitAsync(entry, CancellationToken.None).AsTask();

    public async Task CommitAsync(IEnumerable<LedgerEntry> entries)
    {
        foreach (var entry in entries)
        {
            await CommitAsync(entry);
        }
    }

    /// <summary>Waits until a line says that the spool is drained; the token ends it.</summary>
    public async Task DrainedAsync(CancellationToken ct)
    {
        while (!Logs.Lines.Any(line => line.Contains("The spool is drained", StringComparison.Ordinal)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, ct);
        }
    }

    /// <summary>Every row there, once, and the sums are theirs.</summary>
    public async Task ShouldHoldAsync(IEnumerable<LedgerEntry> entries, int exitCode = 0)
    {
        var ids = await Database.ListAsync("select request_id from ledger", row => row.GetString(0), [], CancellationToken.None);
        ids.Order(StringComparer.Ordinal).ShouldBe(entries.Select(entry => entry.RequestId).Order(StringComparer.Ordinal));
        (await VerifyAsync()).Code.ShouldBe(exitCode);
    }

    public async Task<(int Code, string Output)> VerifyAsync()
    {
        // The database's own settings, but for the spool's place; SQLite's file is in the data directory.
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([new(StorageOptions.DataDirectoryKey, Storage.Postgres is null ? Storage.DataDirectory : Data.Path), new(StorageOptions.PostgresKey, Storage.Postgres)])
            .Build();
        await using var output = new StringWriter { NewLine = "\n" };
        var code = await LedgerVerifyCommand.RunAsync([], settings, output, output, CancellationToken.None);
        return (code, output.ToString());
    }

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            Sink.Open();
            await Writer.StopAsync(CancellationToken.None);
            Writer.Dispose();
            Spool.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _loggers.Dispose();
        Logs.Dispose();
    }

    private sealed class Order(ILedgerSink inner) : ILedgerSink
    {
        private readonly ConcurrentQueue<string> _ids = new();

        public IReadOnlyList<string> Ids => [.. _ids.Distinct(StringComparer.Ordinal)];

        public void Write(ReadOnlySpan<PendingRow> rows)
        {
            inner.Write(rows);
            foreach (var row in rows)
            {
                _ids.Enqueue(row.Entry.RequestId);
            }
        }

        public void Reset() => inner.Reset();

        public void Dispose() => inner.Dispose();
    }
}
