namespace Gateway.Forwarding.Routing;

/// <summary>The share of failures among the attempts of the last minute, in slices of ten seconds. Not for several threads at once.</summary>
internal sealed class RecentFailures(TimeProvider time)
{
    private const int Slices = 6;
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(10);

    private readonly long _start = time.GetTimestamp();
    private readonly (long Slice, int Attempts, int Failures)[] _slices = new (long, int, int)[Slices];

    /// <summary>0 to 1; 0 where nothing was tried.</summary>
    public double Rate
    {
        get
        {
            var now = Now();
            var (attempts, failures) = (0L, 0L);
            foreach (var slice in _slices)
            {
                if (slice.Slice > now - Slices)
                {
                    attempts += slice.Attempts;
                    failures += slice.Failures;
                }
            }

            return attempts == 0 ? 0 : (double)failures / attempts;
        }
    }

    public void Add(bool failed)
    {
        var now = Now();
        ref var slice = ref _slices[now % Slices];
        if (slice.Slice != now)
        {
            slice = (now, 0, 0);
        }

        slice.Attempts++;
        slice.Failures += failed ? 1 : 0;
    }

    private long Now() => time.GetElapsedTime(_start).Ticks / Slice.Ticks;
}
