using StackExchange.Redis;

namespace Gateway.Testing.Soak;

/// <summary>What the limits hold in Redis, seen past the gateway.</summary>
internal static class SoakLeases
{
    /// <summary>The longest that a lease lasts without its gateway.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(60);

    // A rate's bucket and the memory of a charge outlive the request, each by what its own end is.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1) + TimeSpan.FromMinutes(5);

    /// <summary>All leases by request id, with when they end by Redis's clock, which is that of this machine.</summary>
    public static async Task<IReadOnlyDictionary<string, DateTimeOffset>> ReadAsync(SoakCluster cluster, SoakReport report)
    {
        var found = new Dictionary<string, DateTimeOffset>();
        using var redis = await ConnectionMultiplexer.ConnectAsync(cluster.Redis.Endpoint);
        var database = redis.GetDatabase();
        foreach (var key in redis.GetServer(cluster.Redis.Endpoint).Keys(pattern: "gw:*"))
        {
            var left = await database.KeyTimeToLiveAsync(key);
            report.Holds(left is null ? !await database.KeyExistsAsync(key) : left < Longest, $"{key} stays in Redis for {left?.ToString() ?? "ever"}.");
            if (key.ToString().Contains(":leases:", StringComparison.Ordinal))
            {
                foreach (var lease in await database.SortedSetRangeByRankWithScoresAsync(key))
                {
                    found[lease.Element.ToString()] = DateTimeOffset.FromUnixTimeMilliseconds((long)lease.Score);
                }
            }
        }

        return found;
    }

    /// <summary>The gateways that have told Redis that they live, with when each did so last.</summary>
    public static async Task<IReadOnlyList<DateTimeOffset>> NodesAsync(SoakCluster cluster)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(cluster.Redis.Endpoint);
        var nodes = await redis.GetDatabase().SortedSetRangeByRankWithScoresAsync("gw:nodes");
        return [.. nodes.Select(static node => DateTimeOffset.FromUnixTimeMilliseconds((long)node.Score))];
    }
}
