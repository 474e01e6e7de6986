namespace Gateway.Core.Metering;

/// <summary>
/// What a request weighs before it is sent. Rate limit, quote, budget and fallback billing all read this one measurement.
/// </summary>
/// <param name="TextTokens">The estimate of its text, the message overhead included.</param>
/// <param name="ImageTokens">The exact tokens of its images.</param>
/// <param name="Images">Part by part, in the order of the body.</param>
public sealed record Measurement(long TextTokens, long ImageTokens, IReadOnlyList<MeasuredImage> Images)
{
    /// <summary>The most that what the provider has stored, and the request builds on, may weigh; it is not in the body.</summary>
    public long HistoryTokens { get; init; }

    public long PromptTokens => TextTokens + ImageTokens + HistoryTokens;

    /// <summary>Whether an image's size is unknown, so that <see cref="ImageTokens"/> is a bound, or there is history, which is one.</summary>
    public bool AssumesSizes => HistoryTokens > 0 || Images.Any(image => image.Image.Header is null);
}
