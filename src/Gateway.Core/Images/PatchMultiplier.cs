using System.Globalization;

namespace Gateway.Core.Images;

/// <summary>
/// Tokens of one patch: a decimal held as a ratio of two whole numbers, so that a product is exact and rounded once.
/// In <c>double</c> 150 x 1.62 is a little more than 243, and rounds up to 244.
/// </summary>
public readonly record struct PatchMultiplier
{
    /// <summary>The most decimals that a multiplier may have.</summary>
    public const int MostDecimals = 6;

    /// <summary>The largest multiplier.</summary>
    public const int Largest = 1000;

    private readonly string? _text;
    private readonly long _numerator;
    private readonly long _denominator;

    private PatchMultiplier(string text, long numerator, long denominator) =>
        (_text, _numerator, _denominator) = (text, numerator, denominator);

    /// <summary>The decimal as it was written, such as <c>1.62</c>; <c>1</c> of the default value.</summary>
    public string Text => _text ?? "1";

    /// <summary>
    /// Reads a plain decimal (<c>1.62</c>, <c>2</c>): digits, and after a point one to six more; above 0 and at most
    /// <see cref="Largest"/>. No sign, exponent, white space or separators.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PatchMultiplier multiplier)
    {
        multiplier = default;
        int dot = text.IndexOf('.');
        ReadOnlySpan<char> whole = dot < 0 ? text : text[..dot];
        ReadOnlySpan<char> decimals = dot < 0 ? [] : text[(dot + 1)..];
        if (whole.Length is < 1 or > 4 || (dot >= 0 && decimals.IsEmpty) || decimals.Length > MostDecimals
            || whole.ContainsAnyExceptInRange('0', '9') || decimals.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        long numerator = long.Parse(whole, NumberStyles.None, CultureInfo.InvariantCulture);
        long denominator = 1;
        foreach (char digit in decimals)
        {
            numerator = (numerator * 10) + (digit - '0');
            denominator *= 10;
        }

        if (numerator == 0 || numerator > Largest * denominator)
        {
            return false;
        }

        multiplier = new PatchMultiplier(text.ToString(), numerator, denominator);
        return true;
    }

    /// <summary>Reads as <see cref="TryParse"/> does.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is no such decimal.</exception>
    public static PatchMultiplier Parse(string text) =>
        TryParse(text, out PatchMultiplier multiplier) ? multiplier : throw new FormatException($"\"{text}\" is no multiplier.");

    /// <summary>The product, rounded up to a whole token.</summary>
    public long Apply(int patches)
    {
        long denominator = Math.Max(_denominator, 1);
        return ((patches * Math.Max(_numerator, 1)) + denominator - 1) / denominator;
    }

    public override string ToString() => Text;
}
