using System.Collections.Concurrent;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using StackExchange.Redis;

namespace Gateway.Limits;

/// <summary>The requests of this node that hold leases, by tenant: what must be renewed in Redis while they run.</summary>
internal sealed class RunningRequests
{
    // Of one call: Redis does nothing else meanwhile.
    private const int MostPerCall = 5_000;

    private readonly ConcurrentDictionary<TenantId, Running> _tenants = new();

    public int Count => _tenants.Values.Sum(static tenant => tenant.Count);

    public ICollection<TenantId> Tenants => _tenants.Keys;

    public void Add(string requestId, RedisBuckets buckets)
    {
        if (buckets.LeaseKeys.Count == 0)
        {
            return;
        }

        Running running;
        while (!(running = _tenants.GetOrAdd(buckets.Tenant, static _ => new Running())).TryAdd(requestId, buckets.LeaseKeys))
        {
            // Dropped in between; whoever comes first takes it out.
            _tenants.TryRemove(KeyValuePair.Create(buckets.Tenant, running));
        }
    }

    public void Remove(TenantId tenant, string requestId)
    {
        if (_tenants.TryGetValue(tenant, out var running) && running.Remove(requestId))
        {
            _tenants.TryRemove(KeyValuePair.Create(tenant, running));
        }
    }

    /// <summary>
    /// Sends what renews a tenant's leases, in one call unless they are very many. Sent before any request that is among them can be
    /// removed, so that on the one connection no renewal comes after the end of what it renews.
    /// </summary>
    public Task<RedisResult>[] Renew(TenantId tenant, RedisValue now, Func<RedisCall, Task<RedisResult>> send) =>
        _tenants.TryGetValue(tenant, out var running) ? running.Renew(now, send) : [];

    private sealed class Running
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, IReadOnlyList<RedisKey>> _requests = [];
        private bool _dropped;

        public int Count
        {
            get
            {
                lock (_gate)
                {
                    return _requests.Count;
                }
            }
        }

        public bool TryAdd(string requestId, IReadOnlyList<RedisKey> sets)
        {
            lock (_gate)
            {
                if (!_dropped)
                {
                    _requests[requestId] = sets;
                }

                return !_dropped;
            }
        }

        /// <summary>True when none are left and this is to be dropped.</summary>
        public bool Remove(string requestId)
        {
            lock (_gate)
            {
                _requests.Remove(requestId);
                return _dropped = _requests.Count == 0;
            }
        }

        public Task<RedisResult>[] Renew(RedisValue now, Func<RedisCall, Task<RedisResult>> send)
        {
            lock (_gate)
            {
                return [.. _requests.Chunk(MostPerCall).Select(chunk => send(Call(now, chunk)))];
            }
        }

        private static RedisCall Call(RedisValue now, KeyValuePair<string, IReadOnlyList<RedisKey>>[] requests)
        {
            var sets = requests.SelectMany(static request => request.Value, static (request, set) => (Set: set, Id: request.Key)).GroupBy(static lease => lease.Set).ToList();
            return new RedisCall(
                [.. sets.Select(static set => set.Key)],
                [now, .. sets.SelectMany(static set => set.Select(static lease => (RedisValue)lease.Id).Prepend(set.Count()))]);
        }
    }
}
