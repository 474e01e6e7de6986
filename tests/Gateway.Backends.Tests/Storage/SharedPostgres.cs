using Gateway.Backends.Tests.Storage;
using Gateway.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace Gateway.Backends.Tests.Storage;

/// <summary>One server for all suites, started by the first that asks and stopped with the run; each test has a database of its own on it.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer>> Server = new(PostgresServer.ConnectOrStartAsync);

    public static Task<PostgresServer> StartAsync()
    {
        SkipWhereAbsent();
        return Server.Value;
    }

    /// <summary>Skips the test, or fails it where backends are required.</summary>
    public static void SkipWhereAbsent()
    {
        if (PostgresServer.WhyAbsent() is not { } reason)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("GATEWAY_REQUIRE_BACKENDS") == "1")
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
    }

    public async ValueTask DisposeAsync()
    {
        if (Server.IsValueCreated)
        {
            await (await Server.Value).DisposeAsync();
        }
    }
}
