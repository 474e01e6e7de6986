using System.Diagnostics.Metrics;

namespace Gateway.Telemetry;

/// <content>What the end of each request is counted in.</content>
internal sealed partial class GatewayMetrics
{
    /// <summary>Of the GenAI conventions, in seconds.</summary>
    public static readonly double[] DurationBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

    private readonly HttpInstruments _http;
    private readonly RequestInstruments _requests;
    private readonly TenantTraffic _tenants;
    private Instrument? _requestCounter;

    /// <summary>Whether anybody listens to <see cref="RequestEnded"/>.</summary>
    public bool WantsRequests => _requestCounter is { Enabled: true };

    /// <summary>To be called once.</summary>
    /// <param name="flush">Tells what happened and was not told yet. Called at the beginning of each collection, so that it contains all that was before.</param>
    public void ObserveRequests(Action flush)
    {
        _requestCounter = _meter.CreateObservableCounter("gateway.requests", () => Flushed(_tenants.Requests), unit: "{request}", description: "Requests of the inference API.");
        _meter.CreateObservableCounter("gateway.tokens", () => Flushed(_tenants.Tokens), unit: "{token}", description: "Tokens that requests were billed for.");
        _meter.CreateObservableCounter("gateway.cost", () => Flushed(_tenants.Costs), unit: "USD", description: "What requests were charged, in US dollars.");

        IEnumerable<Measurement<T>> Flushed<T>(Func<IEnumerable<Measurement<T>>> read)
            where T : struct
        {
            flush();
            return read();
        }
    }

    /// <inheritdoc cref="HttpInstruments.ObserveRunning"/>
    public void ObserveRunning(Func<long> running) => _http.ObserveRunning(running);

    public void RequestEnded(EndedRequest request)
    {
        _http.Record(request);
        if (!request.IsInference)
        {
            return;
        }

        _tenants.Add(request.Tenant, request.Outcome, request.Status, request.Target?.Card.Id, request.Billed);
        _requests.Record(request);
        if (request is { Compared: { } images, Target: { } target })
        {
            _imageEstimateRatio.Record((double)images.Billed / images.Counted, new(MetricTags.Model, target.Card.Id), new(MetricTags.UpstreamModel, target.Deployment.Model));
        }
    }
}
