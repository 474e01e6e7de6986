using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>One tenant's buckets. Its lock makes a step over several of them atomic; scopes of different tenants never meet in one request.</summary>
internal sealed class TenantBuckets
{
    private readonly Dictionary<(string ScopeId, LimitKind Kind), Bucket> _buckets = [];

    public Lock Gate { get; } = new();

    /// <summary>Dropped by the sweep: whoever still holds it looks the tenant up anew.</summary>
    public bool Retired { get; private set; }

    /// <summary>Changes when buckets were dropped, so that references to them are renewed. Read under <see cref="Gate"/>.</summary>
    public int Generation { get; private set; }

    public int Count => _buckets.Count;

    public Bucket Find(BucketRule rule)
    {
        if (!_buckets.TryGetValue((rule.Scope.Id, rule.Kind), out var bucket))
        {
            bucket = new Bucket();
            _buckets.Add((rule.Scope.Id, rule.Kind), bucket);
        }

        return bucket;
    }

    /// <summary>Drops full buckets, which are the same as none; true when none are left and the tenant may go.</summary>
    public bool Sweep(long nowMs)
    {
        lock (Gate)
        {
            var before = _buckets.Count;
            foreach (var (key, bucket) in _buckets)
            {
                if (bucket.IsFullAt(nowMs))
                {
                    _buckets.Remove(key);
                }
            }

            if (_buckets.Count < before)
            {
                Generation++;
            }

            Retired = _buckets.Count == 0;
            return Retired;
        }
    }
}
