using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Gateway.Core.Pricing;

/// <summary>
/// A model's price from an instant on. <paramref name="Json"/> is its own text as it goes onto every ledger row, so that a bill
/// can be recomputed from its row alone.
/// </summary>
/// <param name="From">The first instant (UTC) at which it applies.</param>
/// <param name="Rates">What is charged.</param>
/// <param name="List">The provider's list price, absent rates filled from <paramref name="Rates"/>; equal to them where none is given.</param>
/// <param name="Json">Canonical JSON: <c>{"from":"2025-01-01","per_request":"0.04","list":{"per_request":"0.05"}}</c>.</param>
public sealed record ModelPrice(DateTimeOffset From, Rates Rates, Rates List, string Json)
{
    /// <summary>A model without a price: everything is free, and rows say so.</summary>
    public static readonly ModelPrice Free = new(DateTimeOffset.MinValue, Rates.None, Rates.None, "{}");

    /// <summary>Makes a price and its canonical text: <c>from</c>, the rates in the order of <see cref="Rates.Given"/>, <c>list</c> where there is one.</summary>
    /// <param name="from">Written as a date where it is midnight UTC, else to the second.</param>
    /// <param name="rates">What is charged.</param>
    /// <param name="list">The rates that the provider's list states, or null.</param>
    public static ModelPrice Create(DateTimeOffset from, Rates rates, Rates? list)
    {
        var utc = from.ToUniversalTime();
        var json = new StringBuilder("{\"from\":\"")
            .Append(utc.ToString(utc.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            .Append('"');
        Append(json, rates, first: false);
        if (list is not null)
        {
            json.Append(",\"list\":{");
            Append(json, list, first: true);
            json.Append('}');
        }

        return new ModelPrice(utc, rates, list?.Or(rates) ?? rates, json.Append('}').ToString());
    }

    /// <summary>
    /// Reads a price from its canonical text: the exact inverse of <see cref="Json"/>. Every other text is refused, also one that means the same.
    /// </summary>
    /// <param name="json">As a ledger row holds it.</param>
    /// <param name="price">The price; its <see cref="From"/> to the second, as the text has it.</param>
    public static bool TryParse(string json, [NotNullWhen(true)] out ModelPrice? price)
    {
        price = json == Free.Json ? Free : PriceText.Read(json);

        // Written again it must be the same text: whatever the reading let pass (order, repetition, white space, zeros) shows here.
        price = price?.Json == json ? price : null;
        return price is not null;
    }

    // Names and amounts hold no character that JSON escapes.
    private static void Append(StringBuilder json, Rates rates, bool first)
    {
        foreach (var (name, rate) in rates.Given())
        {
            json.Append(first ? "\"" : ",\"").Append(name).Append("\":\"").Append(rate.ToString()).Append('"');
            first = false;
        }
    }
}
