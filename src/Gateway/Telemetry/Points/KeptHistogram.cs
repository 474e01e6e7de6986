using System.Diagnostics.Metrics;

namespace Gateway.Telemetry.Points;

internal sealed class KeptHistogram(Histogram<double> histogram, double[] buckets) : KeptInstrument<HistogramPoint>(histogram)
{
    protected override HistogramPoint Make(KeyValuePair<string, object?>[] tags) => new(histogram, buckets, tags);
}
