using Gateway.Core.Admission;
using Gateway.Limits;
using Gateway.Storage;

namespace Gateway.Backends.Tests.Limits;

/// <summary>The limits of one gateway on a Redis, put together as in production, on clocks of the test's choice.</summary>
internal sealed class RedisNode : IDisposable
{
    /// <param name="clock">Stands in for Redis's clock and that of this node's buckets.</param>
    /// <param name="keeperClock">By which the keeper finds what is due.</param>
    public RedisNode(
        RedisConnection connection,
        OutageLines lines,
        TimeSpan timeout,
        TimeProvider? clock = null,
        Func<RedisDownPolicy>? policy = null,
        TimeProvider? keeperClock = null)
    {
        Outage = new RedisOutage(connection.Endpoint, TimeProvider.System, lines);
        Calls = new RedisCalls(connection, Outage, timeout, TimeProvider.System);
        Running = new RunningRequests();
        Local = new InMemoryLimiter(clock ?? TimeProvider.System);
        var pending = new PendingSettlements(Outage);
        Redis = new RedisLimiter(Calls, Running, pending, Local, TimeProvider.System, clock);
        Nodes = new NodeCount(keeperClock ?? TimeProvider.System);
        var share = new LocalShare(Local, Nodes, Redis);
        Limiter = new SharedLimiter(Redis, share, Calls, policy ?? (static () => RedisDownPolicy.LocalShare));
        Keeper = new RedisKeeper(Calls, Redis, pending, share, Nodes, keeperClock ?? TimeProvider.System);
    }

    public SharedLimiter Limiter { get; }

    public RedisLimiter Redis { get; }

    public InMemoryLimiter Local { get; }

    public RedisCalls Calls { get; }

    public RedisOutage Outage { get; }

    public RunningRequests Running { get; }

    public NodeCount Nodes { get; }

    public RedisKeeper Keeper { get; }

    public void Dispose()
    {
        Local.Dispose();
        Keeper.Dispose();
    }
}
