using Gateway.Core.Admission;
using Gateway.Core.Callers;

namespace Gateway.Limits;

/// <summary>The scopes of one caller tied to the buckets of its tenant, so that a request looks nothing up by name.</summary>
internal sealed class BoundBuckets(TenantId tenantId, TenantBuckets tenant, BucketRules rules)
{
    private readonly Bucket[] _buckets = new Bucket[rules.Count];
    private int _generation = -1;

    public TenantId TenantId => tenantId;

    public BucketRules Rules => rules;

    public bool IsStale => tenant.Retired;

    /// <summary>Charges every bucket or none. False when stale; else the levels after the step, and whether it was admitted.</summary>
    public bool TryReserve(long tokens, long nowMs, Span<long> levels, out bool admitted)
    {
        lock (tenant.Gate)
        {
            admitted = false;
            if (!Read(nowMs, levels))
            {
                return false;
            }

            admitted = rules.Admit(levels, tokens);
            if (!admitted)
            {
                AdoptLimits(nowMs, levels);
                return true;
            }

            for (var i = 0; i < _buckets.Length; i++)
            {
                var rule = rules.All[i];
                levels[i] -= rule.Wanted(tokens) * BucketRule.Unit;
                _buckets[i].Write(levels[i], nowMs, rule.Limit);
            }

            return true;
        }
    }

    /// <summary>The levels as they stand. False when stale.</summary>
    public bool TryPeek(long tokens, long nowMs, Span<long> levels)
    {
        lock (tenant.Gate)
        {
            if (!Read(nowMs, levels))
            {
                return false;
            }

            if (!rules.Admit(levels, tokens))
            {
                AdoptLimits(nowMs, levels);
            }

            return true;
        }
    }

    /// <summary>Adds tokens to the token buckets, or takes them where <paramref name="tokens"/> is negative. False when stale.</summary>
    public bool TryAdd(long tokens, long nowMs, Span<long> levels)
    {
        lock (tenant.Gate)
        {
            if (!Read(nowMs, levels))
            {
                return false;
            }

            for (var i = 0; i < _buckets.Length; i++)
            {
                var rule = rules.All[i];
                if (rule.Kind == LimitKind.Tokens)
                {
                    // The bucket's own limit: that of the reservation may be out of date by now.
                    var bucket = _buckets[i];
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
            if (_buckets[i].LimitAt(nowMs, limit) != limit)
            {
                _buckets[i].Write(levels[i], nowMs, limit);
            }
        }
    }

    private bool Read(long nowMs, Span<long> levels)
    {
        if (tenant.Retired)
        {
            return false;
        }

        var renew = _generation != tenant.Generation;
        for (var i = 0; i < _buckets.Length; i++)
        {
            var rule = rules.All[i];
            if (renew)
            {
                _buckets[i] = tenant.Find(rule);
            }

            levels[i] = _buckets[i].LevelAt(nowMs, rule.Limit);
        }

        _generation = tenant.Generation;
        return true;
    }
}
