using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using StackExchange.Redis;

namespace Gateway.Limits;

/// <summary>
/// Limits shared by all nodes, kept in Redis and on its clock: one round trip for a reservation, one for its settlement, none for a peek
/// far from the limits. A Redis that is down or too slow makes reservations unavailable; settlements then wait for its return.
/// </summary>
internal sealed class RedisLimiter : ILimiter, IReservationSettler
{
    // The longest that a request can run, with room to spare; what is corrected later than that is not.
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    // For an operator's look, which no request waits for.
    private static readonly TimeSpan Looked = TimeSpan.FromSeconds(1);
    private const int SentAtOnce = 256;

    private readonly ConditionalWeakTable<LimitScope[], RedisBuckets> _bound = [];
    private readonly LevelHints _hints = new();
    private readonly RedisCalls _calls;
    private readonly RunningRequests _running;
    private readonly PendingSettlements _pending;
    private readonly InMemoryLimiter _local;
    private readonly TimeProvider? _serverClock;
    private readonly TimeProvider _hintClock;
    private readonly long _start;

    /// <param name="local">Keeps count of this node's requests at once as well, so that it can go on from there when Redis is away.</param>
    /// <param name="serverClock">Stands in for Redis's clock, so that tests need not wait; null to go by Redis's.</param>
    public RedisLimiter(
        RedisCalls calls, RunningRequests running, PendingSettlements pending, InMemoryLimiter local, TimeProvider time, TimeProvider? serverClock = null)
    {
        _calls = calls;
        _running = running;
        _pending = pending;
        _local = local;
        _serverClock = serverClock;
        _hintClock = serverClock ?? time;
        _start = _hintClock.GetTimestamp();
    }

    public async ValueTask<LimitRefusal?> PeekAsync(TenantId tenant, ImmutableArray<LimitScope> scopes, long tokens, CancellationToken ct)
    {
        if (scopes.IsDefaultOrEmpty)
        {
            return null;
        }

        var buckets = Bind(tenant, scopes);
        if ((tokens <= 1 && !buckets.MayBeExhausted(HintMs())) || await _calls.CallAsync(RedisScript.Limits, buckets.Peek(ServerTime()), late: null, ct) is not { } reply)
        {
            return null;
        }

        var levels = reply.AsSpan(1);
        buckets.Saw(levels, HintMs());
        return buckets.Rules.Refusal(levels, tokens);
    }

    public async ValueTask<IReadOnlyList<LimitUse>?> ReadAsync(TenantId tenant, ImmutableArray<LimitScope> scopes, CancellationToken ct)
    {
        if (scopes.IsDefaultOrEmpty || BucketRules.Of(scopes) is not { Count: > 0 } rules)
        {
            return [];
        }

        var reply = await _calls.ProbeAsync(RedisScript.Levels, RedisBuckets.Read(tenant, rules, ServerTime()), Looked, ct);
        return reply is null ? null : rules.Use(reply.AsSpan(1));
    }

    public async ValueTask<ReserveOutcome> ReserveAsync(ReservationTerms terms, CancellationToken ct)
    {
        if (terms.Scopes.IsDefaultOrEmpty || Bind(terms.Tenant, terms.Scopes) is not { Rules.Count: > 0 } buckets)
        {
            return ReserveOutcome.Unlimited;
        }

        if (_calls.IsBroken)
        {
            return ReserveOutcome.Unavailable;
        }

        var tokens = Math.Max(0, terms.Tokens);
        var reply = default(long[]);
        try
        {
            reply = await _calls.CallAsync(
                RedisScript.Limits,
                buckets.Reserve(terms.RequestId, ServerTime(), tokens, Remembered),
                _ => _calls.Post(RedisScript.Limits, buckets.Settle(terms.RequestId, ServerTime(), tokensUsed: 0)),
                ct);
        }
        finally
        {
            if (reply is null)
            {
                // Not answered, or no longer waited for: it may have run all the same, or run yet.
                Cancel(buckets, terms.RequestId);
            }
        }

        if (reply is null)
        {
            return ReserveOutcome.Unavailable;
        }

        var levels = reply.AsSpan(1);
        buckets.Saw(levels, HintMs());
        if (reply[0] != 1)
        {
            return buckets.Rules.Refusal(levels, tokens)!;
        }

        if (buckets.Rules.HasLeases)
        {
            _running.Add(terms.RequestId, buckets);
            _local.Hold(terms);
        }

        return new Reservation(this, terms, buckets.Rules.Describe(levels));
    }

    public async ValueTask SettleAsync(ReservationTerms terms, long tokensUsed, CancellationToken ct)
    {
        var buckets = Bind(terms.Tenant, terms.Scopes);
        if (buckets.Rules.HasLeases)
        {
            _local.Release(terms);
            _running.Remove(terms.Tenant, terms.RequestId);
        }

        if (!buckets.IsSettled)
        {
            return;
        }

        var used = Math.Clamp(tokensUsed, 0, LimitScope.LargestLimit);
        var reply = default(long[]);
        try
        {
            reply = await _calls.CallAsync(RedisScript.Limits, buckets.Settle(terms.RequestId, ServerTime(), used), late: null, ct);
        }
        finally
        {
            if (reply is null)
            {
                // Whether it ran or not: once it has, a second one changes nothing.
                _pending.Add(buckets, terms.RequestId, used);
            }
        }

        if (reply is not null)
        {
            buckets.SawSettled(reply.AsSpan(1), HintMs());
        }
    }

    /// <summary>The levels of these scopes as this node last saw them and refilled since, in the order of their rules.</summary>
    public void Recall(TenantId tenant, ImmutableArray<LimitScope> scopes, Span<long> levels) => Bind(tenant, scopes).Recall(levels, HintMs());

    /// <summary>A request that was admitted in another way holds its leases here from the next renewal on.</summary>
    public void Adopt(in ReservationTerms terms) => _running.Add(terms.RequestId, Bind(terms.Tenant, terms.Scopes));

    /// <summary>Ends what <see cref="Adopt"/> began.</summary>
    public void Abandon(in ReservationTerms terms)
    {
        var buckets = Bind(terms.Tenant, terms.Scopes);
        if (buckets.Rules.HasLeases)
        {
            _running.Remove(terms.Tenant, terms.RequestId);
            _calls.Post(RedisScript.Limits, buckets.Settle(terms.RequestId, ServerTime(), tokensUsed: 0));
        }
    }

    /// <summary>Makes the leases of all running requests last from now: one call for each tenant. False where Redis did not take them all.</summary>
    public async Task<bool> RenewAsync(CancellationToken ct)
    {
        foreach (var tenant in _running.Tenants)
        {
            if (!await _calls.RenewAsync(send => _running.Renew(tenant, ServerTime(), send), ct))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Sends the settlements that Redis did not take before. False where it does not take them now.</summary>
    public async Task<bool> SendPendingAsync(CancellationToken ct)
    {
        while (_pending.Take(SentAtOnce) is { Count: > 0 } batch)
        {
            var replies = await Task.WhenAll(batch.Select(settlement => _calls.CallInBackgroundAsync(
                RedisScript.Limits, settlement.Buckets.Settle(settlement.RequestId, ServerTime(), settlement.TokensUsed), ct)));
            for (var i = 0; i < replies.Length; i++)
            {
                if (replies[i] is null)
                {
                    _pending.Add(batch[i].Buckets, batch[i].RequestId, batch[i].TokensUsed);
                }
            }

            if (Array.Exists(replies, static reply => reply is null))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes from a tenant's buckets what was drawn elsewhere, once for each id. False where Redis did not answer.</summary>
    /// <param name="limits">Those of the buckets, in case they are full.</param>
    public async Task<bool> ChargeAsync(TenantId tenant, string chargeId, IReadOnlyList<BucketDebt> debts, IReadOnlyList<long> limits, CancellationToken ct)
    {
        var call = new RedisCall(
            [.. debts.Select(debt => RedisKeys.Of(tenant, debt.ScopeId, debt.Kind)), RedisKeys.Charge(tenant, chargeId)],
            [
                "charge", ServerTime(), 0, (long)Remembered.TotalMilliseconds, RedisValue.EmptyString,
                .. debts.SelectMany((debt, i) => new RedisValue[] { debt.Units, limits[i] }),
            ]);
        return await _calls.CallInBackgroundAsync(RedisScript.Limits, call, ct) is not null;
    }

    /// <summary>A look at a limit of nobody's: connects, and makes the script known.</summary>
    public Task<long[]?> WarmUpAsync(TimeSpan within, CancellationToken ct)
    {
        var scope = new LimitScope(LimitScopeKind.Tenant, "tenant:none", 1, null, null);
        return _calls.ProbeAsync(RedisScript.Limits, new RedisBuckets(new TenantId("none"), BucketRules.Of([scope]), _hints).Peek(ServerTime()), within, ct);
    }

    private void Cancel(RedisBuckets buckets, string requestId)
    {
        if (buckets.IsSettled)
        {
            _calls.Post(RedisScript.Limits, buckets.Settle(requestId, ServerTime(), tokensUsed: 0));
            if (_calls.IsBroken)
            {
                // That may not have reached it either.
                _pending.Add(buckets, requestId, tokensUsed: 0);
            }
        }
    }

    private RedisBuckets Bind(TenantId tenant, ImmutableArray<LimitScope> scopes)
    {
        var identity = ImmutableCollectionsMarshal.AsArray(scopes)!;
        if (_bound.TryGetValue(identity, out var buckets) && buckets.Tenant == tenant)
        {
            return buckets;
        }

        buckets = new RedisBuckets(tenant, BucketRules.Of(scopes), _hints);
        _bound.AddOrUpdate(identity, buckets);
        return buckets;
    }

    private RedisValue ServerTime() => _serverClock is { } clock ? clock.GetUtcNow().ToUnixTimeMilliseconds() : RedisValue.EmptyString;

    private long HintMs() => _hintClock.GetElapsedTime(_start).Ticks / TimeSpan.TicksPerMillisecond;
}
