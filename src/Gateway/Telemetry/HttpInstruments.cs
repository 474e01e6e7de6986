using System.Diagnostics.Metrics;
using Gateway.Telemetry.Points;

namespace Gateway.Telemetry;

/// <summary>
/// HTTP's own metrics, with the names and attributes of the OpenTelemetry conventions. ASP.NET Core has the same; these are told with all else, off the
/// request's way, and leave probes and scrapes out.
/// </summary>
internal sealed class HttpInstruments(Meter meter, KeptInstruments kept)
{
    private static readonly double[] DurationBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly KeptHistogram _duration = kept.CreateHistogram("http.server.request.duration", "s", "Of every request but probes and scrapes.", DurationBuckets);

    private readonly PointsByKey<Key, HistogramPoint> _points = new();

    /// <summary>To be called once.</summary>
    /// <param name="running">Requests in this moment, 0 or more.</param>
    public void ObserveRunning(Func<long> running) =>
        meter.CreateObservableUpDownCounter("http.server.active_requests", running, unit: "{request}", description: "Requests in this moment.");

    /// <summary>Under the lock of what is kept.</summary>
    public void Record(EndedRequest request)
    {
        var key = new Key(MethodOf(request.Method), request.Status, VersionOf(request.Protocol), request.Scheme, request.Route);
        var point = _points.Find(key, _duration, static (duration, key) => duration.Begin(key is { } known ? TagsOf(known) : null));
        point.Record(request.Elapsed.TotalSeconds);
    }

    private static KeyValuePair<string, object?>[] TagsOf(Key key)
    {
        var tags = new List<KeyValuePair<string, object?>>(6)
        {
            new("http.request.method", key.Method),
            new(MetricTags.Status, key.Status),
            new("network.protocol.version", key.Version),
            new("url.scheme", key.Scheme),
        };
        if (key.Route is { } route)
        {
            tags.Add(new("http.route", route));
        }

        if (key.Status >= StatusCodes.Status500InternalServerError)
        {
            tags.Add(new(MetricTags.Error, key.Status.ToString()));
        }

        return [.. tags];
    }

    // What a client makes up is no label.
    private static string MethodOf(string method) => HttpMethods.GetCanonicalizedValue(method) is var known
        && (HttpMethods.IsGet(known) || HttpMethods.IsPost(known) || HttpMethods.IsPut(known) || HttpMethods.IsDelete(known) || HttpMethods.IsHead(known)
            || HttpMethods.IsOptions(known) || HttpMethods.IsPatch(known) || HttpMethods.IsTrace(known) || HttpMethods.IsConnect(known))
        ? known
        : "_OTHER";

    private static string VersionOf(string protocol) =>
        HttpProtocol.IsHttp11(protocol) ? "1.1" : HttpProtocol.IsHttp2(protocol) ? "2" : HttpProtocol.IsHttp3(protocol) ? "3" : "1.0";

    private readonly record struct Key(string Method, int Status, string Version, string Scheme, string? Route);
}
