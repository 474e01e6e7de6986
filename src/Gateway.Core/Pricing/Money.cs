using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Core.Pricing;

/// <summary>
/// An amount in US dollars, held as an integer of nano-dollars (1e-9 USD); about ±9.2 billion dollars. Never a floating-point number:
/// sums are exact, and rounding happens once, half up, where a charge is made.
/// </summary>
public readonly record struct Money(long NanoUsd) : IComparable<Money>
{
    /// <summary>The most decimals an amount may have.</summary>
    public const int Decimals = 9;

    public const long NanoPerUsd = 1_000_000_000;

    public static readonly Money Zero;

    public static Money operator +(Money left, Money right) => new(checked(left.NanoUsd + right.NanoUsd));

    public static Money operator -(Money left, Money right) => new(checked(left.NanoUsd - right.NanoUsd));

    public static bool operator <(Money left, Money right) => left.NanoUsd < right.NanoUsd;

    public static bool operator >(Money left, Money right) => left.NanoUsd > right.NanoUsd;

    public static bool operator <=(Money left, Money right) => left.NanoUsd <= right.NanoUsd;

    public static bool operator >=(Money left, Money right) => left.NanoUsd >= right.NanoUsd;

    public int CompareTo(Money other) => NanoUsd.CompareTo(other.NanoUsd);

    /// <summary>
    /// Reads a plain decimal (<c>0.04</c>, <c>-12</c>, <c>1.000000001</c>): optional minus, digits, at most nine decimals.
    /// No exponent, sign plus, white space or separators. False where it is not one or does not fit.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Money money)
    {
        money = default;
        var negative = text is ['-', ..];
        var digits = negative ? text[1..] : text;
        var dot = digits.IndexOf('.');
        var whole = dot < 0 ? digits : digits[..dot];
        var fraction = dot < 0 ? [] : digits[(dot + 1)..];
        if (whole.IsEmpty || (dot >= 0 && fraction.IsEmpty) || fraction.Length > Decimals || whole.Length > 10
            || whole.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        Int128 nano = 0;
        foreach (var digit in whole)
        {
            nano = (nano * 10) + (digit - '0');
        }

        for (var i = 0; i < Decimals; i++)
        {
            nano = (nano * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
        }

        if (nano > long.MaxValue)
        {
            return false;
        }

        money = new Money(negative ? -(long)nano : (long)nano);
        return true;
    }

    /// <summary>A decimal of US dollars without trailing zeros: <c>0.04</c>, <c>12</c>, <c>-0.000000001</c>.</summary>
    [SuppressMessage("Design", "CA1024", Justification = "ToString")]
    public override string ToString()
    {
        var magnitude = NanoUsd < 0 ? (ulong)-(Int128)NanoUsd : (ulong)NanoUsd;
        Span<char> buffer = stackalloc char[32];
        var at = 0;
        if (NanoUsd < 0)
        {
            buffer[at++] = '-';
        }

        (magnitude / NanoPerUsd).TryFormat(buffer[at..], out var written);
        at += written;
        var fraction = magnitude % NanoPerUsd;
        if (fraction != 0)
        {
            buffer[at++] = '.';
            fraction.TryFormat(buffer[at..], out written, "D9", CultureInfo.InvariantCulture);
            at += written;
            while (buffer[at - 1] == '0')
            {
                at--;
            }
        }

        return new string(buffer[..at]);
    }
}
