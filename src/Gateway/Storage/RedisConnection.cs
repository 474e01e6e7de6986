using System.Net;
using StackExchange.Redis;

namespace Gateway.Storage;

/// <summary>
/// The one connection to Redis. Made on first use and kept up from then on, also when Redis was out of reach at first. Whoever
/// waits for it bounds the wait.
/// </summary>
internal sealed class RedisConnection(ConfigurationOptions options, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<IDatabase>? _connecting;
    private IDatabase? _database;
    private long _attemptedAt;
    private bool _disposed;

    /// <summary>Where Redis is, for logs: host and port, no password.</summary>
    public string Endpoint { get; } = string.Join(',', options.EndPoints.Select(static endpoint =>
        endpoint is DnsEndPoint dns ? $"{dns.Host}:{dns.Port}" : endpoint.ToString()));

    public bool IsConnected => Current?.Multiplexer.IsConnected ?? false;

    /// <summary>The database, or null before a first attempt to connect has ended. Commands fail at once while Redis is out of reach.</summary>
    public IDatabase? Current => Volatile.Read(ref _database);

    public ValueTask<IDatabase> DatabaseAsync() => Current is { } database ? new ValueTask<IDatabase>(database) : ConnectedAsync();

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        // A connection still in the making is left to its own time-outs: stopping does not wait for a Redis that is out of reach.
        if (Current is { } database)
        {
            await database.Multiplexer.CloseAsync();
            database.Multiplexer.Dispose();
        }
    }

    private async ValueTask<IDatabase> ConnectedAsync()
    {
        Task<IDatabase> connecting;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connecting is null || (_connecting.IsFaulted && time.GetElapsedTime(_attemptedAt) >= RetryAfter))
            {
                _attemptedAt = time.GetTimestamp();
                _connecting = ConnectAsync();
            }

            connecting = _connecting;
        }

        return await connecting;
    }

    private async Task<IDatabase> ConnectAsync()
    {
        // Off the caller's thread: the client looks names up before it first yields.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(options);

        // Answers are handed on as they come, not one after the other on one thread; the rule in later versions of the client.
        multiplexer.PreserveAsyncOrder = false;
        var database = multiplexer.GetDatabase();
        Volatile.Write(ref _database, database);
        return database;
    }
}
