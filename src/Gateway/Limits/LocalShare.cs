using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gateway.Core.Admission;
using Gateway.Core.Callers;

namespace Gateway.Limits;

/// <summary>
/// Limits of this node alone while Redis is away: of each limit what is its own if the nodes last seen share alike, rounded down, 1 at
/// least. Reservations made here end here; their leases are made known to Redis when it returns.
/// </summary>
internal sealed class LocalShare(InMemoryLimiter local, NodeCount nodes, RedisLimiter redis) : IReservationSettler
{
    private const int Most = 50_000;

    private readonly ConditionalWeakTable<LimitScope[], Share> _shares = [];
    private readonly ConcurrentDictionary<(TenantId Tenant, string ScopeId), LimitScope> _whole = new();

    public async ValueTask<LimitRefusal?> PeekAsync(TenantId tenant, ImmutableArray<LimitScope> scopes, long tokens, CancellationToken ct) =>
        scopes.IsDefaultOrEmpty || await local.PeekAsync(tenant, Prepare(tenant, scopes), tokens, ct) is not { } refusal
            ? null
            : InWhole(refusal, scopes);

    public async ValueTask<ReserveOutcome> ReserveAsync(ReservationTerms terms, CancellationToken ct)
    {
        if (terms.Scopes.IsDefaultOrEmpty)
        {
            return ReserveOutcome.Unlimited;
        }

        var shared = terms with { Scopes = Prepare(terms.Tenant, terms.Scopes) };
        var outcome = await local.ReserveAsync(shared, ct);
        if (outcome.Refusal is { } refusal)
        {
            // It would fit the limit of all nodes: that it does not fit this one's share is no reason to tell the client so.
            return InWhole(refusal, terms.Scopes) is { } told ? told : ReserveOutcome.Unavailable;
        }

        if (!outcome.TryGet(out var reservation) || ReferenceEquals(reservation, Reservation.Unlimited))
        {
            return outcome;
        }

        redis.Adopt(shared);
        return new Reservation(this, shared, reservation.Levels);
    }

    public ValueTask SettleAsync(ReservationTerms terms, long tokensUsed, CancellationToken ct)
    {
        redis.Abandon(terms);
        return local.SettleAsync(terms, tokensUsed, ct);
    }

    /// <summary>What was drawn here since this was last asked, and the limits of all nodes together that it is to be drawn from.</summary>
    public IEnumerable<(TenantId Tenant, List<BucketDebt> Debts, List<long> Limits)> TakeDebts()
    {
        foreach (var (tenant, debts) in local.TakeDebts())
        {
            // One whose limit nobody remembers is full again by the time that this many were seen since.
            debts.RemoveAll(debt => !_whole.ContainsKey((tenant, debt.ScopeId)));
            if (debts.Count > 0)
            {
                yield return (tenant, debts, [.. debts.Select(debt => LimitOf(_whole[(tenant, debt.ScopeId)], debt.Kind) ?? 1)]);
            }
        }
    }

    private static long? LimitOf(LimitScope scope, LimitKind kind) => kind switch
    {
        LimitKind.Requests => scope.RequestsPerMinute,
        LimitKind.Tokens => scope.TokensPerMinute,
        _ => scope.ConcurrentRequests,
    };

    /// <summary>Too large for the share is told of the limit itself; null where it would fit that.</summary>
    private static LimitRefusal? InWhole(LimitRefusal refusal, ImmutableArray<LimitScope> scopes)
    {
        if (!refusal.NeverFits)
        {
            return refusal;
        }

        var whole = scopes.First(scope => scope.Id == refusal.Scope.Id);
        var limit = LimitOf(whole, refusal.Kind) ?? refusal.Limit;
        return refusal.Requested > limit ? refusal with { Scope = whole, Limit = limit } : null;
    }

    /// <summary>This node's share of the limits, and no more in their buckets than its share of what was left in those of Redis.</summary>
    private ImmutableArray<LimitScope> Prepare(TenantId tenant, ImmutableArray<LimitScope> scopes)
    {
        var share = ShareOf(tenant, scopes);
        Span<long> levels = stackalloc long[share.Rules.Count];
        redis.Recall(tenant, scopes, levels);
        for (var i = 0; i < levels.Length; i++)
        {
            levels[i] = (long)((Int128)levels[i] * share.Rules.All[i].Limit / share.Whole.All[i].Limit);
        }

        // Each time: what was last seen refills as fast as the share does, so that once it was taken down to it nothing more is.
        local.Lower(tenant, share.Scopes, levels);
        return share.Scopes;
    }

    private Share ShareOf(TenantId tenant, ImmutableArray<LimitScope> scopes)
    {
        var count = nodes.Value;
        var identity = ImmutableCollectionsMarshal.AsArray(scopes)!;
        if (_shares.TryGetValue(identity, out var share) && share.Nodes == count && share.Tenant == tenant)
        {
            return share;
        }

        if (_whole.Count > Most)
        {
            _whole.Clear();
        }

        foreach (var scope in scopes)
        {
            _whole[(tenant, scope.Id)] = scope;
        }

        ImmutableArray<LimitScope> parts =
        [
            .. scopes.Select(scope => scope with
            {
                RequestsPerMinute = Part(scope.RequestsPerMinute, count),
                TokensPerMinute = Part(scope.TokensPerMinute, count),
                ConcurrentRequests = Part(scope.ConcurrentRequests, count),
            }),
        ];
        share = new Share(tenant, count, parts, BucketRules.Of(parts), BucketRules.Of(scopes));
        _shares.AddOrUpdate(identity, share);
        return share;
    }

    private static long? Part(long? limit, int nodes) => limit is { } value ? Math.Max(1, value / nodes) : null;

    /// <param name="Rules">Of the share.</param>
    /// <param name="Whole">Of all nodes together, in the same order.</param>
    private sealed record Share(TenantId Tenant, int Nodes, ImmutableArray<LimitScope> Scopes, BucketRules Rules, BucketRules Whole);
}
