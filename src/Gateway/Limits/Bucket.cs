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
    private Bucket? _charged;

    /// <summary>Nothing is known of it that a new one would not know.</summary>
    public bool IsForgettableAt(long nowMs) => IsFullAt(nowMs) && _charged?.IsFullAt(nowMs) != false;

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

    /// <summary>Takes it down to that level where it is above, without owing what is taken.</summary>
    public void Lower(long level, long nowMs, long limit)
    {
        var surplus = LevelAt(nowMs, limit) - level;
        if (surplus > 0)
        {
            _charged ??= new Bucket();
            _charged.Write(_charged.LevelAt(nowMs, limit) - surplus, nowMs, limit);
            Write(level, nowMs, limit);
        }
    }

    /// <summary>
    /// The units by which it stands lower than when this was last asked, had nobody drawn on it since; less than 0 where more came back.
    /// What time refilled is in neither.
    /// </summary>
    public long TakeDebt(long nowMs)
    {
        if (IsForgettableAt(nowMs))
        {
            return 0;
        }

        _charged ??= new Bucket();
        var level = LevelAt(nowMs, _limit);
        var debt = _charged.LevelAt(nowMs, _limit) - level;
        _charged.Write(level, nowMs, _limit);
        return debt;
    }
}
