using Gateway.Core.Pricing;

namespace Gateway.Ledger;

/// <summary>Sums of amounts, which SQL gives as dollars and nano-dollars apart.</summary>
internal static class LedgerSums
{
    /// <summary>The amount, at most what <see cref="Money"/> holds.</summary>
    public static Money ToMoney(long dollars, long nanos) =>
        new((long)Int128.Clamp(((Int128)dollars * Money.NanoPerUsd) + nanos, long.MinValue, long.MaxValue));
}
