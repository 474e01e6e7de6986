using System.Diagnostics.Metrics;

namespace Gateway.Telemetry.Points;

/// <typeparam name="TPoint">The sums of one set of tags.</typeparam>
internal abstract class KeptInstrument<TPoint>(Instrument instrument) : KeptInstrument(instrument)
    where TPoint : class
{
    // As the SDK marks it.
    private static readonly KeyValuePair<string, object?>[] OverflowTags = [new("otel.metric.overflow", true)];

    private readonly List<TPoint> _points = [];
    private TPoint? _overflow;

    /// <summary>Those that nothing was added to among them.</summary>
    public IReadOnlyList<TPoint> Points => _points;

    /// <summary>A point for tags that have none yet.</summary>
    /// <param name="tags">Null stands for those that are too many.</param>
    public TPoint Begin(KeyValuePair<string, object?>[]? tags)
    {
        if (tags is not null && _points.Count < MostPoints)
        {
            return Add(tags);
        }

        return _overflow ??= Add(OverflowTags);
    }

    protected abstract TPoint Make(KeyValuePair<string, object?>[] tags);

    private TPoint Add(KeyValuePair<string, object?>[] tags)
    {
        var point = Make(tags);
        _points.Add(point);
        return point;
    }
}
