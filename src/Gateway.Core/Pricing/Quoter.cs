using Gateway.Core.Admission;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Core.Pricing;

/// <summary>Measurement x price and limits' rule -> <see cref="Quote"/>.</summary>
public static class Quoter
{
    /// <summary>The longest answer assumed for money where neither the request nor the card sets a maximum, in tokens.</summary>
    public const long LongestAnswer = 16_384;

    /// <param name="defaultCompletion">Completion tokens assumed at admission where neither the request nor the card says.</param>
    public static Quote Quote(RequestPlan plan, Measurement measurement, Target target, TokensCharge rule, long defaultCompletion)
    {
        var prompt = measurement.PromptTokens;
        var allowed = plan.AllowedCompletion ?? target.Card.DefaultCompletionTokens ?? defaultCompletion;
        var completion = Saturate((Int128)allowed * plan.N);
        var charged = rule == TokensCharge.Sum ? Saturate((Int128)prompt + completion) : Math.Max(prompt, completion);

        var longest = LongestCompletion(plan, target.Card);
        var media = measurement.Media;
        var used = new Usage
        {
            PromptTokens = prompt,
            ImageInputTokens = measurement.ImageTokens,
            AudioInputTokens = measurement.AudioTokens,
            Seconds = media?.Audio?.Seconds ?? 0,
            Characters = media?.Characters ?? 0,
        };
        var minimum = Biller.Bill(used, target.Price, chargeRequest: true).Amount;
        var most = Saturate((Int128)longest * plan.N);
        var answered = used with
        {
            CompletionTokens = most,
            ImageOutputTokens = media?.Kind == MediaKind.Images ? most : 0,
            AudioOutputTokens = media?.Kind == MediaKind.Speech ? most : 0,
            OutputImages = media?.Images ?? 0,
        };
        var ceiling = Biller.Bill(answered, target.Price, chargeRequest: true);
        return new Quote(prompt, allowed, longest, charged, minimum, ceiling.Amount, ceiling.ListAmount);
    }

    /// <summary>The completion tokens of one answer up to which money is held: the request's maximum, else the card's, else <see cref="LongestAnswer"/>.</summary>
    public static long LongestCompletion(RequestPlan plan, ModelCard card) => plan.AllowedCompletion ?? card.MaxOutputTokens ?? LongestAnswer;

    private static long Saturate(Int128 value) => value > long.MaxValue ? long.MaxValue : (long)value;
}
