using Gateway.Core.Images;
using Gateway.Core.Requests;

namespace Gateway.Core.Metering;

/// <summary>Weighs what a request about images or audio is to bring, beside what goes in: <see cref="Meter"/> has weighed that.</summary>
public static class MediaMeter
{
    /// <param name="plan">The request.</param>
    /// <param name="measurement">Its text and images.</param>
    /// <param name="media">What it asks for.</param>
    /// <param name="formula">The deployment's. That of an image model also tells what it makes.</param>
    /// <param name="mostOutput">The longest answer of the model, in tokens, or null.</param>
    /// <returns>The same with the longest answer, where it follows from the request.</returns>
    public static (RequestPlan Plan, Measurement Measurement) Weigh(RequestPlan plan, Measurement measurement, MediaTerms media, ImageFormula? formula, long? mostOutput)
    {
        var measured = measurement with { Media = media };
        switch (media.Kind)
        {
            case MediaKind.Images:
                var picture = formula is ImageModelFormula ? ImageOutputTokens.Most(media.Size, media.Quality) : 0;
                var partial = media.PartialImages * MediaTerms.TokensPerPartialImage;
                var most = picture > 0 ? picture : mostOutput;
                return (plan with { AllowedCompletion = most + partial, N = Math.Max(1, media.Images) }, measured with { TokensPerImage = picture });
            case MediaKind.Speech:
                var spoken = media.Characters * MediaTerms.MostAudioTokensPerCharacter;
                return (plan with { AllowedCompletion = Math.Min(mostOutput ?? spoken, spoken) }, measured);
            default:
                return (plan, measured);
        }
    }
}
