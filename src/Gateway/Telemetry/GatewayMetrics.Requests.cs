using System.Diagnostics.Metrics;

namespace Gateway.Telemetry;

/// <content>What the end of each request is counted in.</content>
internal sealed partial class GatewayMetrics
{
    private readonly HttpInstruments _http;
    private readonly RequestInstruments _requests;
    private readonly TenantTraffic _tenants;
    private Instrument? _requestCounter;

    /// <summary>Whether anybody listens to what requests did.</summary>
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
        if (!WantsRequests)
        {
            return;
        }

        lock (Kept.Gate)
        {
            _http.Record(request);
            if (!request.IsInference)
            {
                return;
            }

            _requests.Record(request);
        }

        _tenants.Add(request.Tenant, request.Outcome, request.Status, request.Target?.Card.Id, request.Billed);
    }

    public void DeploymentAttempted(DeploymentAttempt attempt)
    {
        if (!WantsRequests)
        {
            return;
        }

        lock (Kept.Gate)
        {
            _requests.Record(attempt);
        }
    }
}
