using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Telemetry.Points;

namespace Gateway.Telemetry;

/// <summary>What is measured of each request that reached a model. Names and buckets of <c>gen_ai.*</c> are those of the OpenTelemetry conventions.</summary>
internal sealed class RequestInstruments(Meter meter, KeptInstruments kept)
{
    // Of the GenAI conventions, in seconds.
    private static readonly double[] DurationBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
    private static readonly double[] TokenBuckets = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
    private static readonly double[] FirstTokenBuckets = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] PerTokenBuckets = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
    private static readonly double[] OverheadBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Right is 1; a multiplier that is a few percent off must show.</summary>
    private static readonly double[] RatioBuckets = [0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 1, 1.01, 1.02, 1.05, 1.1, 1.25, 1.5, 2, 4];

    // Boxed once.
    private static readonly object True = true;
    private static readonly object False = false;

    private readonly KeptHistogram _duration = kept.CreateHistogram(
        "gen_ai.server.request.duration", "s", "From a request's arrival to the last byte of its answer.", DurationBuckets);

    private readonly KeptHistogram _firstToken = kept.CreateHistogram(
        "gen_ai.server.time_to_first_token", "s", "From a request's arrival to the first content of its answer.", FirstTokenBuckets);

    private readonly KeptHistogram _perToken = kept.CreateHistogram(
        "gen_ai.server.time_per_output_token", "s", "Of a stream that completed, for each token after the first.", PerTokenBuckets);

    private readonly KeptHistogram _operation = kept.CreateHistogram(
        "gen_ai.client.operation.duration", "s", "Of one request to a provider, from sending it to the end of its answer.", DurationBuckets);

    private readonly KeptHistogram _tokens = kept.CreateHistogram(
        "gen_ai.client.token.usage", "{token}", "Tokens that a request was billed for.", TokenBuckets);

    private readonly KeptHistogram _overhead = kept.CreateHistogram(
        "gateway.overhead.duration", "s", "The gateway's own time on a request: without providers, waits before retries, and the client's sending.", OverheadBuckets);

    private readonly KeptCounter _imageTokens = kept.CreateCounter(
        "gateway.image.tokens", "{token}", "Tokens of images that requests were billed for: the provider's figure, else as counted before.");

    private readonly KeptHistogram _imageRatio = kept.CreateHistogram(
        "gateway.image.estimate_ratio", "1", "Image tokens as the provider billed them over those that were counted before.", RatioBuckets);

    private readonly KeptCounter _attempts = kept.CreateCounter(
        "gateway.deployment.attempts", "{attempt}", "Requests sent to deployments, retries among them, by what came of them.");

    private readonly Counter<long> _refusals = meter.CreateCounter<long>(
        "gateway.limit.refusals", "{request}", "Requests that a limit refused, by which.");

    // The names are those of all catalogs that were in force since the start.
    private readonly PointsByKey<ServedKey, ServedPoints> _served = new();
    private readonly PointsByKey<AttemptKey, CounterPoint> _attemptsByVerdict = new();

    // As few as the code knows, and no more than are served.
    private readonly Dictionary<string, HistogramPoint> _overheadByOperation = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Model, string UpstreamModel), (CounterPoint Tokens, HistogramPoint Ratio)> _images = [];

    /// <inheritdoc cref="GatewayMetrics.BeginAtZero"/>
    public void BeginAtZero()
    {
        foreach (var limit in RefusingLimit.All)
        {
            CountRefusal(limit, 0);
        }
    }

    /// <summary>Under the lock of what is kept.</summary>
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

        var points = Find(request.Operation, target);
        if (request is { IsCompleted: true, FirstTokenMs: { } firstTokenMs })
        {
            points.FirstToken.Record(firstTokenMs / 1000d);
            if (request is { IsStream: true, Billed.CompletionTokens: > 1 and var tokens })
            {
                points.PerToken.Record(Math.Max(0, request.Elapsed.TotalSeconds - (firstTokenMs / 1000d)) / (tokens - 1));
            }
        }

        if (request.Billed is { } use && use.PromptTokens + use.CompletionTokens > 0)
        {
            points.InputTokens.Record(use.PromptTokens);
            points.OutputTokens.Record(use.CompletionTokens);
            if (use.ImageTokens > 0)
            {
                points.ImageTokens.Add(use.ImageTokens);
            }
        }

        if (request.Compared is { } images)
        {
            points.ImageRatio.Record((double)images.Billed / images.Counted);
        }

        OverheadOf(request.Operation).Record(request.Own.TotalSeconds);
        var duration = request.IsCompleted ? points.Duration : Failed(_duration, points.FailedDurations, points.Tags, request.Outcome);
        duration.Record(request.Elapsed.TotalSeconds);
    }

    /// <inheritdoc cref="Record(EndedRequest)"/>
    public void Record(DeploymentAttempt attempt)
    {
        var points = Find(attempt.Operation, attempt.Target);
        var operation = attempt.Failed ? Failed(_operation, points.FailedOperations, points.Tags, attempt.Verdict) : points.Operation;
        operation.Record(attempt.Took.TotalSeconds);

        var deployment = attempt.Target.Deployment;
        var key = new AttemptKey(deployment.Provider.Name, deployment.Model, attempt.Verdict, attempt.IsRetry);
        _attemptsByVerdict.Find(key, _attempts, static (attempts, key) => attempts.Begin(key is { } known ? TagsOf(known) : null)).Add(1);
    }

    private static KeyValuePair<string, object?>[] TagsOf(AttemptKey key) =>
    [
        new(MetricTags.Provider, key.Provider),
        new(MetricTags.UpstreamModel, key.UpstreamModel),
        new("gateway.deployment.verdict", key.Verdict),
        new("gateway.retry", key.IsRetry ? True : False),
    ];

    private static KeyValuePair<string, object?>[] TagsOf(ServedKey key) =>
    [
        new(MetricTags.Operation, key.Operation),
        new(MetricTags.Provider, key.Provider),
        new(MetricTags.Model, key.Model),
        new(MetricTags.UpstreamModel, key.UpstreamModel),
    ];

    private static HistogramPoint Failed(KeptHistogram histogram, Dictionary<string, HistogramPoint> failed, KeyValuePair<string, object?>[]? tags, string error) =>
        CollectionsMarshal.GetValueRefOrAddDefault(failed, error, out _) ??= histogram.Begin(With(tags, MetricTags.Error, error));

    private static KeyValuePair<string, object?>[]? With(KeyValuePair<string, object?>[]? tags, string name, string value) => tags is null ? null : [.. tags, new(name, value)];

    private HistogramPoint OverheadOf(string operation) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_overheadByOperation, operation, out _) ??= _overhead.Begin([new(MetricTags.Operation, operation)]);

    private ServedPoints Find(string operation, Target target) => _served.Find(
        new ServedKey(operation, target.Deployment.Provider.Name, target.Card.Id, target.Deployment.Model), this, static (instruments, key) => instruments.Begin(key));

    private ServedPoints Begin(ServedKey? key)
    {
        var tags = key is { } known ? TagsOf(known) : null;
        var images = Images(key);
        return new ServedPoints
        {
            Tags = tags,
            Duration = _duration.Begin(tags),
            FirstToken = _firstToken.Begin(tags),
            PerToken = _perToken.Begin(tags),
            InputTokens = _tokens.Begin(With(tags, MetricTags.TokenType, "input")),
            OutputTokens = _tokens.Begin(With(tags, MetricTags.TokenType, "output")),
            Operation = _operation.Begin(tags),
            ImageTokens = images.Tokens,
            ImageRatio = images.Ratio,
        };
    }

    // Shared by providers of the same model.
    private (CounterPoint Tokens, HistogramPoint Ratio) Images(ServedKey? served)
    {
        if (served is not { } of)
        {
            return (_imageTokens.Begin(null), _imageRatio.Begin(null));
        }

        var key = (of.Model, of.UpstreamModel);
        if (!_images.TryGetValue(key, out var points))
        {
            KeyValuePair<string, object?>[] tags = [new(MetricTags.Model, of.Model), new(MetricTags.UpstreamModel, of.UpstreamModel)];
            _images.Add(key, points = (_imageTokens.Begin(tags), _imageRatio.Begin(tags)));
        }

        return points;
    }

    private void CountRefusal(RefusingLimit limit, long count) => _refusals.Add(count, new("gateway.limit.scope", limit.Scope), new("gateway.limit.kind", limit.Kind));

    private readonly record struct ServedKey(string Operation, string Provider, string Model, string UpstreamModel);

    private readonly record struct AttemptKey(string Provider, string UpstreamModel, string Verdict, bool IsRetry);
}
