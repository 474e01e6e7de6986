using Gateway.Core.Streaming;

namespace Gateway.Core.Pricing;

/// <summary>
/// Usage times price. Every product is tokens x nano-dollars-per-million-tokens in <see cref="Int128"/>, and what is priced by the piece
/// (requests, images, seconds, characters) counts a million times; the sum of the row is divided by a million once, rounded half up.
/// </summary>
public static class Biller
{
    private const long Million = 1_000_000;

    /// <param name="usage">What was used; each part is clamped into the whole it belongs to, so a provider's wrong detail cannot bill twice.</param>
    /// <param name="price">The price that was in force when the request began.</param>
    /// <param name="chargeRequest">Whether <c>per_request</c> falls due: for an answer that came, or that the client left.</param>
    public static Charge Bill(in Usage usage, ModelPrice price, bool chargeRequest) =>
        new(Sum(usage, price.Rates, chargeRequest), Sum(usage, price.List, chargeRequest));

    private static Money Sum(in Usage usage, Rates rates, bool chargeRequest)
    {
        var input = rates.Input.GetValueOrDefault();
        var output = rates.Output.GetValueOrDefault();

        // The parts of the prompt, each at its own rate; what is left is plain text.
        var prompt = Math.Max(0, usage.PromptTokens);
        var cached = Take(ref prompt, usage.CachedTokens);
        var written = Take(ref prompt, usage.CacheWriteTokens);
        var audioIn = Take(ref prompt, usage.AudioInputTokens);
        var imageIn = Take(ref prompt, usage.ImageInputTokens);

        var completion = Math.Max(0, usage.CompletionTokens);
        var reasoning = Take(ref completion, usage.ReasoningTokens);
        var audioOut = Take(ref completion, usage.AudioOutputTokens);
        var imageOut = Take(ref completion, usage.ImageOutputTokens);

        var sum = Cost(prompt, input)
            + Cost(cached, rates.CachedInput ?? input)
            + Cost(written, rates.CacheWrite ?? input)
            + Cost(audioIn, rates.AudioInput ?? input)
            + Cost(imageIn, rates.ImageInput ?? input)
            + Cost(completion, output)
            + Cost(reasoning, rates.Reasoning ?? output)
            + Cost(audioOut, rates.AudioOutput ?? output)
            + Cost(imageOut, rates.ImageOutput ?? output)
            + CostEach(usage.OutputImages, rates.PerImage)
            + CostEach(usage.Seconds, rates.PerSecond)
            + CostEach(usage.Characters, rates.PerCharacter);
        if (chargeRequest)
        {
            sum += CostEach(1, rates.PerRequest);
        }

        // Half up; amounts are never negative here.
        var rounded = (sum + (Million / 2)) / Million;
        return new Money(rounded > long.MaxValue ? long.MaxValue : (long)rounded);
    }

    private static long Take(ref long whole, long part)
    {
        var taken = Math.Clamp(part, 0, whole);
        whole -= taken;
        return taken;
    }

    private static Int128 CostEach(long pieces, Money? rate) => (Int128)Math.Max(0, pieces) * Million * rate.GetValueOrDefault().NanoUsd;

    private static Int128 Cost(long count, Money rate) => (Int128)count * rate.NanoUsd;
}
