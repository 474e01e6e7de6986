namespace Gateway.Telemetry;

/// <content>What the end of each request of the inference API is counted in.</content>
internal sealed partial class GatewayMetrics
{
    /// <summary>Of the GenAI conventions, in seconds.</summary>
    public static readonly double[] DurationBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

    private readonly RequestInstruments _requests;
    private readonly TenantTraffic _tenants;

    public void RequestEnded(in RequestFacts facts)
    {
        _tenants.Add(facts.Tenant, facts.Outcome, facts.Status, facts.Target?.Card.Id, facts.Bill);
        _requests.Record(facts);
    }

    private void ObserveTenants()
    {
        _meter.CreateObservableCounter("gateway.requests", _tenants.Requests, unit: "{request}", description: "Requests of the inference API.");
        _meter.CreateObservableCounter("gateway.tokens", _tenants.Tokens, unit: "{token}", description: "Tokens that requests were billed for.");
        _meter.CreateObservableCounter("gateway.cost", _tenants.Costs, unit: "USD", description: "What requests were charged, in US dollars.");
    }
}
