using Gateway.Catalog.Document;
using Gateway.Core.Pricing;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>prices</c>: from decimal string to <see cref="Money"/>, never by way of a floating-point number.</summary>
internal static class PriceReader
{
    private static readonly Money Dearest = new(1_000_000 * Money.NanoPerUsd);

    public static PriceBook Read(Place place, PriceSection[]? sections)
    {
        var prices = new List<ModelPrice>();
        for (var i = 0; i < (sections?.Length ?? 0); i++)
        {
            if (Price(place[i], sections![i]) is not { } price)
            {
                continue;
            }

            if (prices.Exists(other => other.From == price.From))
            {
                place[i]["from"].Refuse($"\"{sections[i].From}\" begins when another price of this model does; remove one, or change its date");
            }

            prices.Add(price);
        }

        return prices.Count == 0 ? PriceBook.Empty : new PriceBook(prices);
    }

    private static ModelPrice? Price(Place place, PriceSection section)
    {
        var rates = Rates(place, section);
        var list = section.List is { } listed ? Rates(place["list"], listed) : null;
        if (!rates.Given().Any())
        {
            place.Refuse("has no rate that can be read; write \"per_request\", or \"input\" and \"output\", or \"per_request\": \"0\" for a model that is free");
        }

        return place["from"].Date(section.From) is { } from ? ModelPrice.Create(from, rates, list) : null;
    }

    private static Rates Rates(Place place, RatesSection section) => new()
    {
        PerRequest = Amount(place["per_request"], section.PerRequest),
        Input = Amount(place["input"], section.Input),
        CachedInput = Amount(place["cached_input"], section.CachedInput),
        CacheWrite = Amount(place["cache_write"], section.CacheWrite),
        Output = Amount(place["output"], section.Output),
        Reasoning = Amount(place["reasoning"], section.Reasoning),
        AudioInput = Amount(place["audio_input"], section.AudioInput),
        AudioOutput = Amount(place["audio_output"], section.AudioOutput),
        ImageInput = Amount(place["image_input"], section.ImageInput),
        ImageOutput = Amount(place["image_output"], section.ImageOutput),
        PerImage = Amount(place["per_image"], section.PerImage),
        PerSecond = Amount(place["per_second"], section.PerSecond),
        PerCharacter = Amount(place["per_character"], section.PerCharacter),
    };

    private static Money? Amount(Place place, string? written)
    {
        if (written is null)
        {
            return null;
        }

        if (Money.TryParse(written, out var amount) && amount >= Money.Zero && amount <= Dearest)
        {
            return amount;
        }

        place.Refuse($"\"{written}\" is no price; write US dollars as a decimal such as \"2.50\", from 0 to {Dearest}, with {Money.Decimals} decimals at most");
        return null;
    }
}
