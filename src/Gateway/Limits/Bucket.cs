namespace Gateway.Limits;

/// <summary>
/// A bucket's level as it was last written, in units of <see cref="BucketRule.Unit"/>, and the limit it was written under: time passed
/// since then refilled it at that rate. Guarded by the lock of its tenant.
/// </summary>
internal sealed class Bucket
{
    private long _level;
    private long _atMs;
    private long _limit;

    /// <summary>A bucket that got full under its former limit is full under a new one, as if it had been forgotten; else the level stands, within the new size.</summary>
    public long LevelAt(long nowMs, long limit) =>
        IsFullAt(nowMs)
            ? limit * BucketRule.Unit
            : Math.Min(_level + (Math.Max(0, nowMs - _atMs) * _limit), limit * BucketRule.Unit);

    /// <summary>The limit it goes by: its own while it is not full, else any.</summary>
    public long LimitAt(long nowMs, long otherwise) => IsFullAt(nowMs) ? otherwise : _limit;

    public bool IsFullAt(long nowMs)
    {
        if (_limit == 0)
        {
            return true;
        }

        // Divided rather than multiplied: after weeks of rest the product would overflow.
        var missing = (_limit * BucketRule.Unit) - _level;
        return nowMs - _atMs >= (missing + _limit - 1) / _limit;
    }

    public void Write(long level, long nowMs, long limit)
    {
        _level = Math.Clamp(level, -BucketRule.LargestDebt, limit * BucketRule.Unit);
        _atMs = Math.Max(_atMs, nowMs);
        _limit = limit;
    }
}
