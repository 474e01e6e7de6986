using System.Diagnostics.Metrics;

namespace Gateway.Telemetry.Points;

/// <summary>The sum of one set of tags. Under the lock of <see cref="KeptInstruments"/>.</summary>
internal sealed class CounterPoint(Counter<long> counter, KeyValuePair<string, object?>[] tags)
{
    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => tags;

    public long Sum { get; private set; }

    /// <param name="value">0 or more.</param>
    public void Add(long value)
    {
        Sum += value;
        if (counter.Enabled)
        {
            counter.Add(value, tags);
        }
    }
}
