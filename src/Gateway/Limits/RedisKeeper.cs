using Gateway.Core.Callers;

namespace Gateway.Limits;

/// <summary>
/// What this node does beside its requests for limits in Redis: it tells that it lives, renews its leases, and when Redis was away
/// looks whether it is back, one call at a time, and hands in what happened meanwhile.
/// </summary>
internal sealed class RedisKeeper(
    RedisCalls calls, RedisLimiter redis, PendingSettlements pending, LocalShare share, NodeCount nodes, TimeProvider time) : PeriodicService(ProbeEvery, time)
{
    private const int MostUnsent = 10_000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BeatEvery = NodeCount.Silence / 3;
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(20); // A third of a lease.

    private readonly string _node = Guid.NewGuid().ToString("n");
    private readonly Queue<Charge> _unsent = new();
    private long? _beatAt;
    private long? _renewedAt;
    private long _charges;

    /// <summary>Connects and makes ready, so that the first request need not; a Redis out of reach delays the start by no more than 2 s.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await redis.WarmUpAsync(WarmUp, cancellationToken) is not null)
        {
            await TickAsync(cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        calls.Post(RedisScript.Nodes, Beat(TimeSpan.Zero));
    }

    /// <summary>Does what is due.</summary>
    public async Task TickAsync(CancellationToken ct)
    {
        if (calls.IsBroken)
        {
            await TryMendAsync(ct);
            return;
        }

        if (IsDue(_beatAt, BeatEvery))
        {
            await TryBeatAsync(ct);
            await TryReconcileAsync(ct);
        }

        if (IsDue(_renewedAt, RenewEvery))
        {
            await TryRenewAsync(ct);
        }
    }

    protected override Task RoundAsync(CancellationToken ct) => TickAsync(ct);

    /// <summary>Redis is asked again once it answers as fast as requests need it, and knows of all that it missed.</summary>
    private async Task TryMendAsync(CancellationToken ct)
    {
        if (await TryBeatAsync(ct) && await TryReconcileAsync(ct) && await TryRenewAsync(ct))
        {
            calls.Mend();
        }
    }

    private async Task<bool> TryBeatAsync(CancellationToken ct)
    {
        _beatAt = Time.GetTimestamp();
        if (await calls.ProbeAsync(RedisScript.Nodes, Beat(NodeCount.Silence), within: null, ct) is not { } reply)
        {
            return false;
        }

        nodes.Saw(reply[1]);
        return true;
    }

    private async Task<bool> TryRenewAsync(CancellationToken ct)
    {
        _renewedAt = Time.GetTimestamp();
        return await redis.RenewAsync(ct);
    }

    /// <summary>Settlements that were not taken; then what was admitted without Redis, one call for each tenant.</summary>
    private async Task<bool> TryReconcileAsync(CancellationToken ct)
    {
        if (!pending.IsEmpty && !await redis.SendPendingAsync(ct))
        {
            return false;
        }

        foreach (var (tenant, debts, limits) in share.TakeDebts())
        {
            if (_unsent.Count >= MostUnsent)
            {
                _unsent.Dequeue();
            }

            _unsent.Enqueue(new Charge(tenant, $"{_node}:{++_charges}", debts, limits));
        }

        while (_unsent.TryPeek(out var charge))
        {
            // Not known to have come: sent again under the same id, it counts once.
            if (!await redis.ChargeAsync(charge.Tenant, charge.Id, charge.Debts, charge.Limits, ct))
            {
                return false;
            }

            _unsent.Dequeue();
        }

        return true;
    }

    private RedisCall Beat(TimeSpan silence) => new([RedisKeys.Nodes], [_node, (long)silence.TotalMilliseconds]);

    private bool IsDue(long? last, TimeSpan every) => last is not { } at || Time.GetElapsedTime(at) >= every;

    private sealed record Charge(TenantId Tenant, string Id, List<BucketDebt> Debts, List<long> Limits);
}
