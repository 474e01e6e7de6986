using Gateway.Telemetry.Points;

namespace Gateway.Telemetry;

/// <summary>Where what is measured of requests of one operation to one deployment is added.</summary>
internal sealed class ServedPoints
{
    /// <summary>What is common to most of them; null where there are too many to be told apart.</summary>
    public required KeyValuePair<string, object?>[]? Tags { get; init; }

    public required HistogramPoint Duration { get; init; }

    public required HistogramPoint FirstToken { get; init; }

    public required HistogramPoint PerToken { get; init; }

    public required HistogramPoint InputTokens { get; init; }

    public required HistogramPoint OutputTokens { get; init; }

    /// <summary>Of one attempt.</summary>
    public required HistogramPoint Operation { get; init; }

    public required CounterPoint ImageTokens { get; init; }

    public required HistogramPoint ImageRatio { get; init; }

    /// <summary><see cref="Duration"/> of what failed, by how.</summary>
    public Dictionary<string, HistogramPoint> FailedDurations { get; } = new(StringComparer.Ordinal);

    /// <summary><see cref="Operation"/> of what failed, by how.</summary>
    public Dictionary<string, HistogramPoint> FailedOperations { get; } = new(StringComparer.Ordinal);
}
