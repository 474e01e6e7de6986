using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>One tenant's buckets and leases. Its lock makes a step over several of them atomic; scopes of different tenants never meet in one request.</summary>
internal sealed class TenantBuckets
{
    private readonly Dictionary<(string ScopeId, LimitKind Kind), Bucket> _buckets = [];
    private readonly Dictionary<string, LeaseCount> _leases = [];

    public Lock Gate { get; } = new();

    /// <summary>Dropped by the sweep: whoever still holds it looks the tenant up anew.</summary>
    public bool Retired { get; private set; }

    /// <summary>Changes when buckets were dropped, so that references to them are renewed. Read under <see cref="Gate"/>.</summary>
    public int Generation { get; private set; }

    public int Count => _buckets.Count + _leases.Count;

    /// <summary>Leases held of all scopes together.</summary>
    public long Held
    {
        get
        {
            lock (Gate)
            {
                return _leases.Values.Sum(static lease => lease.Held);
            }
        }
    }

    public Bucket FindBucket(BucketRule rule)
    {
        if (!_buckets.TryGetValue((rule.Scope.Id, rule.Kind), out var bucket))
        {
            bucket = new Bucket();
            _buckets.Add((rule.Scope.Id, rule.Kind), bucket);
        }

        return bucket;
    }

    public LeaseCount FindLeases(BucketRule rule)
    {
        if (!_leases.TryGetValue(rule.Scope.Id, out var leases))
        {
            leases = new LeaseCount();
            _leases.Add(rule.Scope.Id, leases);
        }

        return leases;
    }

    /// <summary>What was drawn since this was last asked.</summary>
    public List<BucketDebt> TakeDebts(long nowMs)
    {
        List<BucketDebt> debts = [];
        lock (Gate)
        {
            foreach (var ((scopeId, kind), bucket) in _buckets)
            {
                if (bucket.TakeDebt(nowMs) is not 0 and var units)
                {
                    debts.Add(new BucketDebt(scopeId, kind, units));
                }
            }
        }

        return debts;
    }

    /// <summary>Drops full buckets and leases that nobody holds, which are the same as none; true when none are left and the tenant may go.</summary>
    public bool Sweep(long nowMs)
    {
        lock (Gate)
        {
            var before = Count;
            foreach (var (key, bucket) in _buckets)
            {
                if (bucket.IsForgettableAt(nowMs))
                {
                    _buckets.Remove(key);
                }
            }

            foreach (var (scopeId, leases) in _leases)
            {
                if (leases.Held == 0)
                {
                    _leases.Remove(scopeId);
                }
            }

            if (Count < before)
            {
                Generation++;
            }

            Retired = Count == 0;
            return Retired;
        }
    }
}
