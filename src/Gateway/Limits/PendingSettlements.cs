using System.Collections.Concurrent;

namespace Gateway.Limits;

/// <summary>Settlements that Redis did not take, to be sent when it answers again. Sending one twice changes nothing.</summary>
internal sealed class PendingSettlements(RedisOutage outage)
{
    private const int Most = 20_000;

    private readonly ConcurrentQueue<Settlement> _waiting = new();

    public bool IsEmpty => _waiting.IsEmpty;

    /// <summary>One too many is lost: its lease expires, and the refill makes up for its tokens.</summary>
    public void Add(RedisBuckets buckets, string requestId, long tokensUsed)
    {
        if (_waiting.Count < Most)
        {
            _waiting.Enqueue(new Settlement(buckets, requestId, tokensUsed));
        }
        else
        {
            outage.LostCorrection();
        }
    }

    /// <summary>Takes up to so many.</summary>
    public List<Settlement> Take(int most)
    {
        List<Settlement> taken = [];
        while (taken.Count < most && _waiting.TryDequeue(out var settlement))
        {
            taken.Add(settlement);
        }

        return taken;
    }

    internal readonly record struct Settlement(RedisBuckets Buckets, string RequestId, long TokensUsed);
}
