using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Gateway.Telemetry;

/// <summary>
/// HTTP's own metrics, with the names and attributes of the OpenTelemetry conventions. ASP.NET Core has the same; these are told with all else, off the
/// request's way, and leave probes and scrapes out.
/// </summary>
internal sealed class HttpInstruments(Meter meter)
{
    private static readonly double[] DurationBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    // Boxed once.
    private static readonly object[] Statuses = [.. Enumerable.Range(0, 600).Select(static status => (object)status)];

    private readonly Histogram<double> _duration = meter.CreateHistogram<double>(
        "http.server.request.duration", "s", "Of every request but probes and scrapes.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBuckets });

    /// <summary>To be called once.</summary>
    /// <param name="running">Requests in this moment, 0 or more.</param>
    public void ObserveRunning(Func<long> running) =>
        meter.CreateObservableUpDownCounter("http.server.active_requests", running, unit: "{request}", description: "Requests in this moment.");

    public void Record(EndedRequest request)
    {
        var tags = new TagList
        {
            { "http.request.method", MethodOf(request.Method) },
            { MetricTags.Status, request.Status is >= 0 and < 600 ? Statuses[request.Status] : request.Status },
            { "network.protocol.version", VersionOf(request.Protocol) },
            { "url.scheme", request.Scheme },
        };
        if (request.Route is { } route)
        {
            tags.Add("http.route", route);
        }

        if (request.Status >= StatusCodes.Status500InternalServerError)
        {
            tags.Add(MetricTags.Error, request.Status.ToString());
        }

        _duration.Record(request.Elapsed.TotalSeconds, tags);
    }

    // What a client makes up is no label.
    private static string MethodOf(string method) => HttpMethods.GetCanonicalizedValue(method) is var known
        && (HttpMethods.IsGet(known) || HttpMethods.IsPost(known) || HttpMethods.IsPut(known) || HttpMethods.IsDelete(known) || HttpMethods.IsHead(known)
            || HttpMethods.IsOptions(known) || HttpMethods.IsPatch(known) || HttpMethods.IsTrace(known) || HttpMethods.IsConnect(known))
        ? known
        : "_OTHER";

    private static string VersionOf(string protocol) =>
        HttpProtocol.IsHttp11(protocol) ? "1.1" : HttpProtocol.IsHttp2(protocol) ? "2" : HttpProtocol.IsHttp3(protocol) ? "3" : "1.0";
}
