using Gateway.Core.Pricing;

namespace Gateway.Catalog;

/// <summary>The price of one token, of a price per million of them: exact, as a decimal of US dollars with up to 15 decimals.</summary>
internal static class TokenPrice
{
    private const int Decimals = Money.Decimals + 6;

    public static string Format(Money perMillion)
    {
        // The number of 1e-15 dollars is the number of nano-dollars per million: only the point moves.
        var digits = perMillion.NanoUsd.ToString().PadLeft(Decimals + 1, '0');
        var fraction = digits.AsSpan(digits.Length - Decimals).TrimEnd('0');
        var whole = digits.AsSpan(0, digits.Length - Decimals);
        return fraction.IsEmpty ? whole.ToString() : $"{whole}.{fraction}";
    }
}
