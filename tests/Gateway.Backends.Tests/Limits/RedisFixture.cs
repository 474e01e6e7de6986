using Gateway.Backends.Tests.Limits;
using Gateway.Storage;
using Gateway.Testing;
using StackExchange.Redis;
using Xunit;

[assembly: AssemblyFixture(typeof(RedisFixture))]

namespace Gateway.Backends.Tests.Limits;

/// <summary>One Redis for the suites that need any: the one given, else one of their own.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private const string Absent = "No Redis: set GATEWAY_TEST_REDIS=host:port, or install redis-server.";

    private readonly SemaphoreSlim _gate = new(1);
    private RedisServer? _own;
    private RedisConnection? _connection;

    /// <summary>Where it is, as <c>host:port</c>, once <see cref="ConnectionAsync"/> has given a connection to it.</summary>
    internal string Endpoint => RedisServer.Given ?? _own?.Endpoint ?? throw new InvalidOperationException("No Redis was asked for yet.");

    internal static RedisConnection Connect(string endpoint)
    {
        var options = ConfigurationOptions.Parse(endpoint);
        options.AbortOnConnectFail = false;
        return new RedisConnection(options, TimeProvider.System);
    }

    /// <summary>Skips the test, or fails it where backends are required, unless a server of the test's own can be started.</summary>
    internal static void RequireInstalled()
    {
        if (!RedisServer.IsInstalled)
        {
            SkipOrFail("No redis-server is installed.");
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        if (_own is not null)
        {
            await _own.DisposeAsync();
        }

        _gate.Dispose();
    }

    internal async Task<RedisConnection> ConnectionAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_connection is null)
            {
                if (RedisServer.Given is null && !RedisServer.IsInstalled)
                {
                    SkipOrFail(Absent);
                }

                _own = RedisServer.Given is null ? await RedisServer.StartNewAsync(CancellationToken.None) : null;
                _connection = Connect(RedisServer.Given ?? _own!.Endpoint);
                await _connection.DatabaseAsync();
            }

            return _connection;
        }
        finally
        {
            _gate.Release();
        }
    }

    private static void SkipOrFail(string reason)
    {
        if (Environment.GetEnvironmentVariable("GATEWAY_REQUIRE_BACKENDS") == "1")
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
    }
}
