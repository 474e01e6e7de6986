using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gateway.Core.Admission;
using Gateway.Core.Callers;

namespace Gateway.Limits;

/// <summary>Limits of this process alone, on its monotonic clock: a wall clock that is set back or forth changes nothing.</summary>
internal sealed class InMemoryLimiter : ILimiter, IReservationSettler, IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<TenantId, TenantBuckets> _tenants = new();

    // By identity: a caller's plan hands in the same arrays for as long as it lives, and the binding goes with them.
    private readonly ConditionalWeakTable<LimitScope[], BoundBuckets> _bound = [];
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer _sweep;

    public InMemoryLimiter(TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        _sweep = time.CreateTimer(static limiter => ((InMemoryLimiter)limiter!).Sweep(), this, SweepEvery, SweepEvery);
    }

    /// <summary>Buckets and counts of leases kept now.</summary>
    public int BucketCount => _tenants.Values.Sum(static tenant => tenant.Count);

    /// <summary>Leases held now, of all scopes together.</summary>
    public long HeldLeases => _tenants.Values.Sum(static tenant => tenant.Held);

    public ValueTask<LimitRefusal?> PeekAsync(TenantId tenant, ImmutableArray<LimitScope> scopes, long tokens, CancellationToken ct)
    {
        if (scopes.IsDefaultOrEmpty)
        {
            return default;
        }

        BoundBuckets bound;
        var nowMs = NowMs();
        Span<long> levels = stackalloc long[scopes.Length * BucketRules.MostPerScope];
        do
        {
            bound = Bind(tenant, scopes);
        }
        while (!bound.TryPeek(tokens, nowMs, levels));

        return new ValueTask<LimitRefusal?>(bound.Rules.Refusal(levels, tokens));
    }

    public ValueTask<IReadOnlyList<LimitUse>?> ReadAsync(TenantId tenant, ImmutableArray<LimitScope> scopes, CancellationToken ct)
    {
        if (scopes.IsDefaultOrEmpty)
        {
            return new ValueTask<IReadOnlyList<LimitUse>?>([]);
        }

        BoundBuckets bound;
        var levels = new long[scopes.Length * BucketRules.MostPerScope];
        do
        {
            bound = Bind(tenant, scopes);
        }
        while (!bound.TryRead(NowMs(), levels));

        return new ValueTask<IReadOnlyList<LimitUse>?>(bound.Rules.Use(levels));
    }

    public ValueTask<ReserveOutcome> ReserveAsync(ReservationTerms terms, CancellationToken ct)
    {
        if (terms.Scopes.IsDefaultOrEmpty)
        {
            return new ValueTask<ReserveOutcome>(ReserveOutcome.Unlimited);
        }

        BoundBuckets bound;
        bool admitted;
        var tokens = Math.Max(0, terms.Tokens);
        var nowMs = NowMs();
        Span<long> levels = stackalloc long[terms.Scopes.Length * BucketRules.MostPerScope];
        do
        {
            bound = Bind(terms.Tenant, terms.Scopes);
        }
        while (!bound.TryReserve(tokens, nowMs, levels, out admitted));

        if (bound.Rules.Count == 0)
        {
            return new ValueTask<ReserveOutcome>(ReserveOutcome.Unlimited);
        }

        return new ValueTask<ReserveOutcome>(admitted
            ? new Reservation(this, terms, bound.Rules.Describe(levels))
            : bound.Rules.Refusal(levels, tokens)!);
    }

    public ValueTask SettleAsync(ReservationTerms terms, long tokensUsed, CancellationToken ct)
    {
        Settle(terms, Math.Max(0, terms.Tokens) - Math.Clamp(tokensUsed, 0, LimitScope.LargestLimit));
        return ValueTask.CompletedTask;
    }

    /// <summary>Counts a request that was admitted elsewhere among those at once; <see cref="Release"/> ends it.</summary>
    public void Hold(in ReservationTerms terms)
    {
        BoundBuckets bound;
        do
        {
            bound = Bind(terms.Tenant, terms.Scopes);
        }
        while (bound.Rules.HasLeases && !bound.TryHold());
    }

    public void Release(in ReservationTerms terms) => Settle(terms, back: 0);

    /// <summary>Takes the buckets of these scopes down to what is known from elsewhere, in the order of their rules, where they are above.</summary>
    public void Lower(TenantId tenant, ImmutableArray<LimitScope> scopes, ReadOnlySpan<long> levels)
    {
        while (!Bind(tenant, scopes).TryLower(NowMs(), levels))
        {
            // Swept in between; bound anew.
        }
    }

    /// <summary>What was drawn from each tenant's buckets since this was last asked and has not refilled yet.</summary>
    public IEnumerable<(TenantId Tenant, List<BucketDebt> Debts)> TakeDebts()
    {
        var nowMs = NowMs();
        foreach (var (id, tenant) in _tenants)
        {
            if (tenant.TakeDebts(nowMs) is { Count: > 0 } debts)
            {
                yield return (id, debts);
            }
        }
    }

    public void Dispose() => _sweep.Dispose();

    private void Settle(in ReservationTerms terms, long back)
    {
        BoundBuckets bound;
        do
        {
            bound = Bind(terms.Tenant, terms.Scopes);
        }
        while ((bound.Rules.HasLeases || (back != 0 && bound.Rules.HasTokens)) && !bound.TrySettle(back, NowMs()));
    }

    private BoundBuckets Bind(TenantId tenantId, ImmutableArray<LimitScope> scopes)
    {
        var identity = ImmutableCollectionsMarshal.AsArray(scopes)!;
        if (_bound.TryGetValue(identity, out var bound) && !bound.IsStale && bound.TenantId == tenantId)
        {
            return bound;
        }

        var tenant = _tenants.GetOrAdd(tenantId, static _ => new TenantBuckets());
        if (tenant.Retired)
        {
            // The sweep is about to take it out; whoever comes first does, so that nobody waits for the sweep.
            _tenants.TryRemove(KeyValuePair.Create(tenantId, tenant));
            tenant = _tenants.GetOrAdd(tenantId, static _ => new TenantBuckets());
        }

        bound = new BoundBuckets(tenantId, tenant, bound?.Rules ?? BucketRules.Of(scopes));
        _bound.AddOrUpdate(identity, bound);
        return bound;
    }

    private void Sweep()
    {
        var nowMs = NowMs();
        foreach (var entry in _tenants)
        {
            if (entry.Value.Sweep(nowMs))
            {
                _tenants.TryRemove(entry);
            }
        }
    }

    private long NowMs() => _time.GetElapsedTime(_start).Ticks / TimeSpan.TicksPerMillisecond;
}
