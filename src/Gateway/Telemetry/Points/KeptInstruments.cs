using System.Diagnostics.Metrics;

namespace Gateway.Telemetry.Points;

/// <summary>
/// Instruments whose sums the gateway keeps itself, one object for each set of tags: who has the object adds to it with a few instructions, where the SDK
/// would search it by all its tags for each measurement. They are shown as they stand; who listens to such an instrument hears each measurement as well.
/// </summary>
internal sealed class KeptInstruments(Meter meter)
{
    private readonly List<KeptInstrument> _all = [];

    /// <summary>To be held while anything of them is read or changed.</summary>
    public Lock Gate { get; } = new();

    /// <summary>In the order in which they were made.</summary>
    public IReadOnlyList<KeptInstrument> All => _all;

    /// <param name="name">The instrument's.</param>
    /// <param name="unit">By UCUM.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="buckets">Upper bounds, ascending, each belonging to its bucket.</param>
    public KeptHistogram CreateHistogram(string name, string unit, string description, double[] buckets) =>
        Add(new KeptHistogram(meter.CreateHistogram(name, unit, description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets }), buckets));

    /// <inheritdoc cref="CreateHistogram"/>
    public KeptCounter CreateCounter(string name, string unit, string description) => Add(new KeptCounter(meter.CreateCounter<long>(name, unit, description)));

    public bool Contain(Instrument instrument) => _all.Exists(kept => ReferenceEquals(kept.Instrument, instrument));

    private T Add<T>(T kept)
        where T : KeptInstrument
    {
        _all.Add(kept);
        return kept;
    }
}
