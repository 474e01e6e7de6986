using System.Diagnostics.Metrics;

namespace Gateway.Telemetry;

/// <summary>The gateway's own instruments, by event. Tags are bounded: models of the catalog, never what a client sent.</summary>
internal sealed class GatewayMetrics
{
    public const string MeterName = "Gateway";

    /// <summary>Right is 1; a multiplier that is a few percent off must show.</summary>
    private static readonly double[] RatioBuckets = [0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 1, 1.01, 1.02, 1.05, 1.1, 1.25, 1.5, 2, 4];

    private readonly Meter _meter;
    private readonly Histogram<double> _imageEstimateRatio;
    private readonly Counter<long> _budgetWarnings;

    public GatewayMetrics(IMeterFactory meters)
    {
        // The factory owns the meter, and disposes of it.
        _meter = meters.Create(MeterName);
        _imageEstimateRatio = _meter.CreateHistogram<double>(
            "gateway.image.estimate_ratio",
            unit: "1",
            description: "Image tokens as the provider billed them over those that were counted before.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = RatioBuckets });
        _budgetWarnings = _meter.CreateCounter<long>(
            "gateway.budget.warnings",
            unit: "{account}",
            description: "Budgets and prepaid balances that came near their end.");
    }

    /// <summary>Whether anybody listens to <see cref="ImageBilled"/>: what it is told may cost something to work out.</summary>
    public bool WantsImageBilled => _imageEstimateRatio.Enabled;

    /// <summary>Only where limits are shared through Redis; to be called once.</summary>
    public void ObserveRedisOutage(Func<bool> isDown) => _meter.CreateObservableGauge(
        "gateway.limits.redis_outage",
        () => isDown() ? 1 : 0,
        unit: "1",
        description: "1 while limits are not shared because Redis does not answer, else 0.");

    /// <param name="model">The model's id in the catalog.</param>
    /// <param name="upstreamModel">The provider's name of the model that served.</param>
    /// <param name="billed">Image tokens by the provider, 0 or more.</param>
    /// <param name="estimated">Image tokens as counted before, 1 or more.</param>
    public void ImageBilled(string model, string upstreamModel, long billed, long estimated) =>
        _imageEstimateRatio.Record((double)billed / estimated, new("gen_ai.request.model", model), new("gen_ai.response.model", upstreamModel));

    /// <param name="account">What kind of account it is.</param>
    /// <param name="percent">The threshold that was passed.</param>
    public void BudgetNear(string account, int percent) => _budgetWarnings.Add(1, new("account", account), new("percent", percent));
}
