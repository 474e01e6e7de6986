using System.Net;
using System.Net.Sockets;
using Gateway.Testing;
using StackExchange.Redis;

namespace Gateway.Backends.Tests.Limits;

/// <summary>Three masters of this machine that share the slots: each refuses keys of another's slots, and calls whose keys lie in two.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16384;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly List<RedisServer> _servers = [];

    /// <summary>All of them, as a connection string.</summary>
    public string Endpoints => string.Join(',', _servers.Select(server => server.Endpoint));

    public static async Task<RedisCluster> StartAsync(CancellationToken ct)
    {
        var cluster = new RedisCluster();
        try
        {
            const int Nodes = 3;
            var buses = new int[Nodes];
            for (var i = 0; i < Nodes; i++)
            {
                buses[i] = FreePort();
                cluster._servers.Add(await RedisServer.StartNewAsync(
                    ct, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-port", $"{buses[i]}", "--cluster-require-full-coverage", "yes"));
            }

            for (var i = 0; i < Nodes; i++)
            {
                await cluster._servers[i].AskAsync($"CLUSTER ADDSLOTSRANGE {Slots * i / Nodes} {(Slots * (i + 1) / Nodes) - 1}", ct);
                await cluster._servers[0].AskAsync($"CLUSTER MEET {cluster._servers[i].Endpoint.Replace(':', ' ')} {buses[i]}", ct);
            }

            await cluster.UntilWholeAsync(Nodes, ct);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private async Task UntilWholeAsync(int nodes, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Look);
        foreach (var server in _servers)
        {
            using var connection = await ConnectionMultiplexer.ConnectAsync(server.Endpoint);
            string info;
            do
            {
                await timer.WaitForNextTickAsync(ct);
                info = (await connection.GetDatabase().ExecuteAsync("CLUSTER", "INFO")).ToString()!;
            }
            while (!info.Contains("cluster_state:ok", StringComparison.Ordinal) || !info.Contains($"cluster_known_nodes:{nodes}", StringComparison.Ordinal));
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
