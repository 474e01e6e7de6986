using Gateway.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Gateway.Backends.Tests.Storage;

/// <summary>An empty database of a test's own, and as many nodes on it as the test opens.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly List<Database> _opened = [];
    private readonly string? _directory;

    private TestDatabase(StorageOptions options, string? directory) => (Options, _directory) = (options, directory);

    public StorageOptions Options { get; }

    public MovableClock Clock { get; } = new();

    public static async Task<TestDatabase> CreateAsync(Backend backend)
    {
        if (backend == Backend.Postgres)
        {
            var server = await SharedPostgres.StartAsync();
            return new TestDatabase(new StorageOptions { Postgres = await server.CreateDatabaseAsync() }, null);
        }

        var directory = Directory.CreateTempSubdirectory("gateway-sqlite-").FullName;
        return new TestDatabase(new StorageOptions { DataDirectory = directory }, directory);
    }

    public static async Task<TestDatabase> CreateMigratedAsync(Backend backend)
    {
        var database = await CreateAsync(backend);
        await database.MigrateAsync();
        return database;
    }

    /// <summary>Another node's view of it.</summary>
    public Database Open()
    {
        var database = StorageRegistration.Open(Options, Clock);
        _opened.Add(database);
        return database;
    }

    public Task MigrateAsync() => new Migrator(Open(), Clock, NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _opened)
        {
            await database.DisposeAsync();
        }

        if (_directory is not null)
        {
            Directory.Delete(_directory, recursive: true);
        }

        if (Options.Postgres is { } postgres)
        {
            await using var connection = new NpgsqlConnection(postgres);
            NpgsqlConnection.ClearPool(connection);
        }
    }
}
