using Gateway.Core.Metering;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Pricing;

/// <summary>What an answer about images or audio used beside its tokens, and its tokens where the provider does not tell them.</summary>
internal static class MediaBill
{
    // Six and two fifths of a token of audio for one of text, as English is spoken: measured of gpt-4o-mini-tts by the bills for 877 tokens.
    private const long SpokenPerFive = 32;

    /// <summary>The provider's usage, and what was measured of the things that it does not tell.</summary>
    public static Usage Complete(in Usage usage, MediaTerms media, Observation observed) => usage with
    {
        OutputImages = observed.OutputImages,
        Seconds = usage.Seconds > 0 ? usage.Seconds : media.Audio?.Seconds ?? 0,
        Characters = media.Characters,
    };

    /// <summary>
    /// Without the provider's usage: pieces as they were measured, which is exact but for audio of unknown length; tokens only where the price has any, as they are
    /// estimated from text, sizes and length.
    /// </summary>
    public static (Usage Usage, UsageSource Source) Estimate(Observation observed, Measurement measured, MediaTerms media, Rates rates, in CountedText counted)
    {
        var usage = Complete(default, media, observed);
        if (!PricesTokens(rates))
        {
            return (usage, media.Audio is { IsMeasured: false } ? UsageSource.Estimated : UsageSource.Counted);
        }

        var text = counted.Prompt ?? measured.TextTokens;
        usage = usage with { PromptTokens = text + measured.ImageTokens + measured.AudioTokens, ImageInputTokens = measured.ImageTokens, AudioInputTokens = measured.AudioTokens };
        return (media.Kind switch
        {
            MediaKind.Images => WithOutput(usage, observed.OutputImages * measured.TokensPerImage) with { ImageOutputTokens = observed.OutputImages * measured.TokensPerImage },
            MediaKind.Speech => WithOutput(usage, text * SpokenPerFive / 5) with { AudioOutputTokens = text * SpokenPerFive / 5 },
            MediaKind.Moderation => usage,
            _ => WithOutput(usage, counted.Received ?? TextEstimate.Tokens(observed.Received)),
        }, media.Kind == MediaKind.Moderation && counted.Prompt is not null ? UsageSource.Counted : UsageSource.Estimated);
    }

    private static Usage WithOutput(in Usage usage, long tokens) => usage with { CompletionTokens = tokens };

    private static bool PricesTokens(Rates rates) =>
        (rates.Input ?? rates.Output ?? rates.AudioInput ?? rates.AudioOutput ?? rates.ImageInput ?? rates.ImageOutput) is not null;
}
