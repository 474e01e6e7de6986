using System.Diagnostics;
using System.Diagnostics.Metrics;
using Gateway.Core.Errors;

namespace Gateway.Telemetry;

/// <summary>What is measured of each request that reached a model. Names and buckets of <c>gen_ai.*</c> are those of the OpenTelemetry conventions.</summary>
internal sealed class RequestInstruments(Meter meter)
{
    private static readonly double[] TokenBuckets = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
    private static readonly double[] FirstTokenBuckets = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] PerTokenBuckets = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
    private static readonly double[] OverheadBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Histogram<double> _duration = meter.CreateHistogram(
        "gen_ai.server.request.duration", "s", "From a request's arrival to the last byte of its answer.", null, Advice(GatewayMetrics.DurationBuckets));

    private readonly Histogram<double> _firstToken = meter.CreateHistogram(
        "gen_ai.server.time_to_first_token", "s", "From a request's arrival to the first content of its answer.", null, Advice(FirstTokenBuckets));

    private readonly Histogram<double> _perToken = meter.CreateHistogram(
        "gen_ai.server.time_per_output_token", "s", "Of a stream that completed, for each token after the first.", null, Advice(PerTokenBuckets));

    private readonly Histogram<double> _tokens = meter.CreateHistogram(
        "gen_ai.client.token.usage", "{token}", "Tokens that a request was billed for.", null, Advice(TokenBuckets));

    private readonly Histogram<double> _overhead = meter.CreateHistogram(
        "gateway.overhead.duration", "s", "The gateway's own time on a request: without providers, waits before retries, and the client's sending.", null, Advice(OverheadBuckets));

    private readonly Counter<long> _imageTokens = meter.CreateCounter<long>(
        "gateway.image.tokens", "{token}", "Tokens of images that requests were billed for: the provider's figure, else as counted before.");

    private readonly Counter<long> _refusals = meter.CreateCounter<long>(
        "gateway.limit.refusals", "{request}", "Requests that a limit refused, by which.");

    /// <inheritdoc cref="GatewayMetrics.BeginAtZero"/>
    public void BeginAtZero()
    {
        foreach (var limit in RefusingLimit.All)
        {
            CountRefusal(limit, 0);
        }
    }

    public void Record(EndedRequest request)
    {
        if (request.Limit is { } limit)
        {
            CountRefusal(limit, 1);
        }

        if (request is not { Target: { } target, IsObserved: true })
        {
            return;
        }

        // In this order everywhere: the SDK finds the point sooner.
        var tags = new TagList
        {
            { MetricTags.Operation, request.Operation },
            { MetricTags.Provider, target.Deployment.Provider.Name },
            { MetricTags.Model, target.Card.Id },
            { MetricTags.UpstreamModel, target.Deployment.Model },
        };
        if (request is { IsCompleted: true, FirstTokenMs: { } firstTokenMs })
        {
            _firstToken.Record(firstTokenMs / 1000d, tags);
            if (request is { IsStream: true, Billed.CompletionTokens: > 1 and var tokens })
            {
                _perToken.Record(Math.Max(0, request.Elapsed.TotalSeconds - (firstTokenMs / 1000d)) / (tokens - 1), tags);
            }
        }

        if (request.Billed is { } use && use.PromptTokens + use.CompletionTokens > 0)
        {
            tags.Add(MetricTags.TokenType, "input");
            _tokens.Record(use.PromptTokens, tags);
            tags[^1] = new(MetricTags.TokenType, "output");
            _tokens.Record(use.CompletionTokens, tags);
            tags.RemoveAt(tags.Count - 1);
            if (use.ImageTokens > 0)
            {
                _imageTokens.Add(use.ImageTokens, new(MetricTags.Model, target.Card.Id), new(MetricTags.UpstreamModel, target.Deployment.Model));
            }
        }

        _overhead.Record(request.Own.TotalSeconds, new KeyValuePair<string, object?>(MetricTags.Operation, request.Operation));
        if (!request.IsCompleted)
        {
            tags.Add(MetricTags.Error, request.Outcome);
        }

        _duration.Record(request.Elapsed.TotalSeconds, tags);
    }

    private static InstrumentAdvice<double> Advice(double[] buckets) => new() { HistogramBucketBoundaries = buckets };

    private void CountRefusal(RefusingLimit limit, long count) => _refusals.Add(count, new("gateway.limit.scope", limit.Scope), new("gateway.limit.kind", limit.Kind));
}
