using System.Diagnostics.Metrics;

namespace Gateway.Telemetry.Points;

/// <summary>Counts by bucket of one set of tags. Under the lock of <see cref="KeptInstruments"/>.</summary>
internal sealed class HistogramPoint(Histogram<double> histogram, double[] bounds, KeyValuePair<string, object?>[] tags)
{
    private readonly long[] _counts = new long[bounds.Length + 1];

    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => tags;

    /// <summary>Upper bounds, each belonging to its bucket.</summary>
    public ReadOnlySpan<double> Bounds => bounds;

    /// <summary>Of each bucket for itself; the last is above the last bound.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    public double Sum { get; private set; }

    /// <param name="value">A number; 0 or more.</param>
    public void Record(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
        {
            bucket++;
        }

        _counts[bucket]++;
        Sum += value;
        if (histogram.Enabled)
        {
            histogram.Record(value, tags);
        }
    }
}
