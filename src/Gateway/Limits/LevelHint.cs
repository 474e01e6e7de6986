using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>The level of one limit as this node last saw it: a bucket's refills with time, what is free of leases stays as it was.</summary>
internal sealed class LevelHint(LimitKind kind)
{
    private readonly Lock _gate = new();
    private readonly Bucket _bucket = new();
    private long _free = long.MaxValue;

    public long LevelAt(long nowMs, long limit)
    {
        lock (_gate)
        {
            return kind == LimitKind.Concurrency ? _free : _bucket.LevelAt(nowMs, limit);
        }
    }

    public void Saw(long level, long nowMs, long limit)
    {
        lock (_gate)
        {
            if (kind == LimitKind.Concurrency)
            {
                _free = level;
            }
            else
            {
                _bucket.Write(level, nowMs, limit);
            }
        }
    }

    /// <summary>After a correction, which leaves a bucket the limit that it had.</summary>
    public void SawCorrected(long level, long nowMs, long limit)
    {
        lock (_gate)
        {
            Saw(level, nowMs, _bucket.LimitAt(nowMs, limit));
        }
    }
}
