namespace Gateway.Telemetry.Points;

/// <summary>
/// Finds what measurements of one kind are added to. Of the first <see cref="KeptInstrument.MostPoints"/> kinds each has its own; all others share one, so that it
/// never grows without bounds. Under the lock of <see cref="KeptInstruments"/>.
/// </summary>
internal sealed class PointsByKey<TKey, TPoints>
    where TKey : struct
    where TPoints : class
{
    private readonly Dictionary<TKey, TPoints> _known = [];
    private TPoints? _others;

    /// <param name="key">The kind.</param>
    /// <param name="owner">Handed on to <paramref name="begin"/>.</param>
    /// <param name="begin">Makes those of a new kind; of null, those that all others share.</param>
    public TPoints Find<TOwner>(TKey key, TOwner owner, Func<TOwner, TKey?, TPoints> begin)
    {
        if (_known.TryGetValue(key, out var points))
        {
            return points;
        }

        if (_known.Count >= KeptInstrument.MostPoints)
        {
            return _others ??= begin(owner, null);
        }

        points = begin(owner, key);
        _known.Add(key, points);
        return points;
    }
}
