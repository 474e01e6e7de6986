namespace Gateway.Core.Metering;

/// <summary>
/// What a request weighs before it is sent. Rate limit, quote, budget and fallback billing all read this one measurement.
/// </summary>
/// <param name="TextTokens">The estimate of its text, the message overhead included.</param>
/// <param name="ImageTokens">The exact tokens of its images.</param>
/// <param name="Images">Part by part, in the order of the body.</param>
public sealed record Measurement(long TextTokens, long ImageTokens, IReadOnlyList<MeasuredImage> Images)
{
    public long PromptTokens => TextTokens + ImageTokens;

    /// <summary>Whether an image's size is unknown, so that <see cref="ImageTokens"/> is a bound.</summary>
    public bool AssumesSizes => Images.Any(image => image.Image.Header is null);
}
