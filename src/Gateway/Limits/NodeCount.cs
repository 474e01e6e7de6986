namespace Gateway.Limits;

/// <summary>
/// How many nodes share the limits, as last seen in Redis; 1 until any were. A lower count holds once it has stood for a while: a Redis
/// that lost its memory hears of the others again one by one.
/// </summary>
internal sealed class NodeCount(TimeProvider time)
{
    /// <summary>The silence after which a node counts as gone; it is heard of three times in that.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private int _value = 1;
    private long? _lowerSince;

    public int Value => Volatile.Read(ref _value);

    public void Saw(long count)
    {
        var seen = (int)Math.Clamp(count, 1, int.MaxValue);
        lock (_gate)
        {
            if (seen < _value && (_lowerSince ??= time.GetTimestamp()) is var since && time.GetElapsedTime(since) < Silence)
            {
                return;
            }

            _lowerSince = null;
            Volatile.Write(ref _value, seen);
        }
    }
}
