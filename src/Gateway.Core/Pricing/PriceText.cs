using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Gateway.Core.Pricing;

/// <summary>Reads the text of a price, leniently: <see cref="ModelPrice.TryParse"/> compares what comes of it.</summary>
internal static class PriceText
{
    private static readonly string[] Instants = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'"];

    /// <summary>The price, or null where the text is none.</summary>
    public static ModelPrice? Read(string json)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? ReadPrice(ref reader) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Invalid operations are escapes that stand for no text.
            return null;
        }
    }

    private static ModelPrice? ReadPrice(ref Utf8JsonReader reader)
    {
        DateTimeOffset? from = null;
        Rates? list = null;
        var rates = Rates.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "from" when reader.TokenType == JsonTokenType.String && TryReadInstant(reader.GetString(), out var instant):
                    from = instant;
                    break;
                case "list" when reader.TokenType == JsonTokenType.StartObject && ReadRates(ref reader) is { } listed:
                    list = listed;
                    break;
                default:
                    if (ReadRate(ref reader, rates, name) is not { } more)
                    {
                        return null;
                    }

                    rates = more;
                    break;
            }
        }

        // Reading on makes anything behind the object an error.
        reader.Read();
        return from is { } begin ? ModelPrice.Create(begin, rates, list) : null;
    }

    private static Rates? ReadRates(ref Utf8JsonReader reader)
    {
        var rates = Rates.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (ReadRate(ref reader, rates, name) is not { } more)
            {
                return null;
            }

            rates = more;
        }

        return rates;
    }

    private static Rates? ReadRate(ref Utf8JsonReader reader, Rates rates, string? name) =>
        name is not null && reader.TokenType == JsonTokenType.String && Money.TryParse(reader.GetString(), out var rate) ? rates.With(name, rate) : null;

    private static bool TryReadInstant(string? text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(text, Instants, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out instant);
}
