using System.Collections.Concurrent;
using Gateway.Core.Endpoints;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Gateway.Telemetry;

namespace Gateway.Pipeline;

/// <summary>
/// Compares the images' tokens as counted with those that the provider billed: its own figure where it gives one, else the prompt less the
/// exact count of its text. The latter takes time, so it is done for one request of a model in a second, and only while somebody listens.
/// </summary>
internal sealed class ImageDrift(GatewayMetrics metrics, TimeProvider time)
{
    private const int LongestPrompt = 64 * 1024;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, long> _sampled = new(StringComparer.Ordinal);

    /// <param name="endpoint">What was called.</param>
    /// <param name="target">Who served.</param>
    /// <param name="measurement">What was counted before.</param>
    /// <param name="observed">What the provider said.</param>
    /// <param name="body">The request, as far as it is still held.</param>
    /// <returns>Null where they were not compared.</returns>
    public ImageComparison? Compare(IEndpoint endpoint, Target target, Measurement measurement, Observation observed, RequestBody body)
    {
        if (!metrics.WantsRequests
            || measurement is not { ImageTokens: > 0, AssumesSizes: false }
            || observed is not { Outcome: AnswerOutcome.Completed, Usage: { } usage })
        {
            return null;
        }

        if (usage.ImageInputTokens > 0)
        {
            return new ImageComparison(usage.ImageInputTokens, measurement.ImageTokens);
        }

        return body is { IsHeld: true, Memory.Length: <= LongestPrompt }
            && target.Deployment.Tokenizer is { } name
            && IsDue(target.Card.Id)
            && BytePairEncoder.TryGet(name, out var encoder)
            && endpoint.CountText(body.Memory.Span, encoder) is { IsExact: true } text
                ? new ImageComparison(Math.Max(0, usage.PromptTokens - text.Tokens), measurement.ImageTokens)
                : null;
    }

    private bool IsDue(string model)
    {
        var now = time.GetTimestamp();
        var last = _sampled.GetOrAdd(model, long.MinValue);
        return (last == long.MinValue || time.GetElapsedTime(last, now) >= Between) && _sampled.TryUpdate(model, now, last);
    }
}
