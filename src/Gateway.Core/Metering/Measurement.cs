using Gateway.Core.Requests;

namespace Gateway.Core.Metering;

/// <summary>
/// What a request weighs before it is sent. Rate limit, quote, budget and fallback billing all read this one measurement.
/// </summary>
/// <param name="TextTokens">The estimate of its text, the message overhead included.</param>
/// <param name="ImageTokens">The exact tokens of its images.</param>
/// <param name="Images">Part by part, in the order of the body.</param>
public sealed record Measurement(long TextTokens, long ImageTokens, IReadOnlyList<MeasuredImage> Images)
{
    /// <summary>What a request about images or audio asks for; null for any other.</summary>
    public MediaTerms? Media { get; init; }

    /// <summary>The tokens of one picture that is to come, at the most; 0 where that is not known.</summary>
    public long TokensPerImage { get; init; }

    /// <summary>Tokens of the audio that was sent, by its length.</summary>
    public long AudioTokens => Media?.AudioTokens ?? 0;

    /// <summary>The most that what the provider has stored, and the request builds on, may weigh; it is not in the body.</summary>
    public long HistoryTokens { get; init; }

    public long PromptTokens => TextTokens + ImageTokens + AudioTokens + HistoryTokens;

    /// <summary>Whether an image's size is unknown, so that <see cref="ImageTokens"/> is a bound, or there is history, which is one.</summary>
    public bool AssumesSizes => HistoryTokens > 0 || Images.Any(image => image.Image.Header is null);
}
