using Gateway.Backends.Tests.Storage;
using Gateway.Ledger;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Backends.Tests.Ledger;

/// <summary>A running writer and a reader of the same ledger.</summary>
internal sealed class LedgerNode : IAsyncDisposable
{
    private readonly TestDatabase _test;

    private LedgerNode(TestDatabase test, Database database)
    {
        _test = test;
        Database = database;
        Sink = new FaultySink(LedgerRegistration.SinkFor(database));
        Writer = new LedgerWriter(database, Sink, TimeProvider.System, NullLogger<LedgerWriter>.Instance);
        Store = new LedgerStore(database);
    }

    public Database Database { get; }

    public FaultySink Sink { get; }

    public LedgerWriter Writer { get; }

    public LedgerStore Store { get; }

    public static async Task<LedgerNode> StartAsync(Backend backend)
    {
        var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new LedgerNode(test, test.Open());
        await node.Writer.StartAsync(CancellationToken.None);
        return node;
    }

    public Task CommitAsync(LedgerEntry entry) => Writer.CommitAsync(entry, CancellationToken.None).AsTask();

    public async Task<long> CountAsync() =>
        (await Database.ListAsync("select count(*) from ledger", row => row.GetInt64(0), [], CancellationToken.None))[0];

    /// <summary>All rows, page by page.</summary>
    public async Task<List<LedgerEntry>> ReadAllAsync(LedgerQuery query)
    {
        var rows = new List<LedgerEntry>();
        LedgerPage page;
        do
        {
            page = await Store.ListAsync(query, CancellationToken.None);
            rows.AddRange(page.Rows);
            query = query with { After = page.Next };
        }
        while (page.Next is not null);
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        Sink.Open();
        await Writer.StopAsync(CancellationToken.None);
        Writer.Dispose();
        await _test.DisposeAsync();
    }
}
