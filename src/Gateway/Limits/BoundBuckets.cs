using Gateway.Core.Admission;
using Gateway.Core.Callers;

namespace Gateway.Limits;

/// <summary>The scopes of one caller tied to the buckets and leases of its tenant, so that a request looks nothing up by name.</summary>
internal sealed class BoundBuckets(TenantId tenantId, TenantBuckets tenant, BucketRules rules)
{
    // Of the two, each rule has one.
    private readonly Bucket?[] _buckets = new Bucket?[rules.Count];
    private readonly LeaseCount?[] _leases = new LeaseCount?[rules.Count];
    private int _generation = -1;

    public TenantId TenantId => tenantId;

    public BucketRules Rules => rules;

    public bool IsStale => tenant.Retired;

    /// <summary>Charges every bucket and holds every lease, or none. False when stale; else the levels after the step, and whether it was admitted.</summary>
    public bool TryReserve(long tokens, long nowMs, Span<long> levels, out bool admitted)
    {
        lock (tenant.Gate)
        {
            admitted = false;
            if (!TryAttach())
            {
                return false;
            }

            Read(nowMs, levels);
            admitted = rules.Admit(levels, tokens);
            if (!admitted)
            {
                AdoptLimits(nowMs, levels);
                return true;
            }

            for (var i = 0; i < _buckets.Length; i++)
            {
                ref readonly var rule = ref rules.All[i];
                levels[i] -= rule.Wanted(tokens) * BucketRule.Unit;
                if (_buckets[i] is { } bucket)
                {
                    bucket.Write(levels[i], nowMs, rule.Limit);
                }
                else
                {
                    _leases[i]!.Held++;
                }
            }

            return true;
        }
    }

    /// <summary>The levels as they stand, with nothing changed. False when stale.</summary>
    public bool TryRead(long nowMs, Span<long> levels)
    {
        lock (tenant.Gate)
        {
            if (!TryAttach())
            {
                return false;
            }

            Read(nowMs, levels);
            return true;
        }
    }

    /// <summary>The levels as they stand; a bucket that refuses goes by its changed limit from now on. False when stale.</summary>
    public bool TryPeek(long tokens, long nowMs, Span<long> levels)
    {
        lock (tenant.Gate)
        {
            if (!TryAttach())
            {
                return false;
            }

            Read(nowMs, levels);
            if (!rules.Admit(levels, tokens))
            {
                AdoptLimits(nowMs, levels);
            }

            return true;
        }
    }

    /// <summary>Takes the buckets down to these levels where they are above. False when stale.</summary>
    public bool TryLower(long nowMs, ReadOnlySpan<long> levels)
    {
        lock (tenant.Gate)
        {
            if (!TryAttach())
            {
                return false;
            }

            for (var i = 0; i < _buckets.Length; i++)
            {
                _buckets[i]?.Lower(levels[i], nowMs, rules.All[i].Limit);
            }

            return true;
        }
    }

    /// <summary>Holds every lease, whatever their limits. False when stale.</summary>
    public bool TryHold() => TryMove(leases: 1, tokens: 0, nowMs: 0);

    /// <summary>Gives every lease back and adds tokens to the token buckets, or takes them where <paramref name="tokens"/> is negative. False when stale.</summary>
    public bool TrySettle(long tokens, long nowMs) => TryMove(leases: -1, tokens, nowMs);

    private bool TryMove(int leases, long tokens, long nowMs)
    {
        lock (tenant.Gate)
        {
            if (!TryAttach())
            {
                return false;
            }

            for (var i = 0; i < _buckets.Length; i++)
            {
                ref readonly var rule = ref rules.All[i];
                if (_leases[i] is { } held)
                {
                    held.Held += leases;
                }
                else if (tokens != 0 && rule.Kind == LimitKind.Tokens)
                {
                    // The bucket's own limit: that of the reservation may be out of date by now.
                    var bucket = _buckets[i]!;
                    var limit = bucket.LimitAt(nowMs, rule.Limit);
                    bucket.Write(bucket.LevelAt(nowMs, limit) + (tokens * BucketRule.Unit), nowMs, limit);
                }
            }

            return true;
        }
    }

    /// <summary>A bucket that refuses under a changed limit refills by it from now on, as the wait that is told supposes.</summary>
    private void AdoptLimits(long nowMs, ReadOnlySpan<long> levels)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            var limit = rules.All[i].Limit;
            if (_buckets[i] is { } bucket && bucket.LimitAt(nowMs, limit) != limit)
            {
                bucket.Write(levels[i], nowMs, limit);
            }
        }
    }

    private bool TryAttach()
    {
        if (tenant.Retired)
        {
            return false;
        }

        if (_generation != tenant.Generation)
        {
            for (var i = 0; i < _buckets.Length; i++)
            {
                ref readonly var rule = ref rules.All[i];
                if (rule.Kind == LimitKind.Concurrency)
                {
                    _leases[i] = tenant.FindLeases(rule);
                }
                else
                {
                    _buckets[i] = tenant.FindBucket(rule);
                }
            }

            _generation = tenant.Generation;
        }

        return true;
    }

    private void Read(long nowMs, Span<long> levels)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            var limit = rules.All[i].Limit;
            levels[i] = _buckets[i] is { } bucket ? bucket.LevelAt(nowMs, limit) : (limit - _leases[i]!.Held) * BucketRule.Unit;
        }
    }
}
