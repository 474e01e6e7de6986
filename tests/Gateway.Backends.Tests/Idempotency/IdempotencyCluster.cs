using Gateway.Backends.Tests.Storage;
using Gateway.Idempotency;
using Gateway.Testing;

namespace Gateway.Backends.Tests.Idempotency;

/// <summary>Nodes on one database of a test's own, by one clock.</summary>
internal sealed class IdempotencyCluster : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private IdempotencyCluster(TestDatabase database, int nodes, IdempotencyOptions? options)
    {
        _database = database;

        // SQLite serves one process, which has one way into it.
        var shared = database.Options.Postgres is null ? database.Open() : null;
        Nodes = [.. Enumerable.Range(0, nodes).Select(_ => new IdempotencyNode(shared ?? database.Open(), Clock, options))];
    }

    public ManualClock Clock { get; } = new();

    /// <summary>The clock by which the database's outages are told.</summary>
    public MovableClock DatabaseClock => _database.Clock;

    public IReadOnlyList<IdempotencyNode> Nodes { get; }

    public static async Task<IdempotencyCluster> StartAsync(Backend backend, int nodes = 1, IdempotencyOptions? options = null)
    {
        var cluster = new IdempotencyCluster(await TestDatabase.CreateMigratedAsync(backend), nodes, options);
        foreach (var node in cluster.Nodes)
        {
            await node.StartAsync();
        }

        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await _database.DisposeAsync();
    }
}
