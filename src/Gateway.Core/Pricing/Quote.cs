namespace Gateway.Core.Pricing;

/// <summary>The most that a request may take, of tokens and of money, before it is sent.</summary>
/// <param name="PromptTokens">Text and exact images.</param>
/// <param name="AllowedCompletion">Completion tokens of one answer, as admission assumes them.</param>
/// <param name="LongestCompletion">Completion tokens of one answer, as money assumes them.</param>
/// <param name="TokensCharged">What the tokens-per-minute limits are charged.</param>
/// <param name="Minimum">What the prompt alone costs.</param>
/// <param name="Ceiling">What the prompt and the longest possible answers cost.</param>
/// <param name="ListCeiling">The same at the list price.</param>
public sealed record Quote(
    long PromptTokens, long AllowedCompletion, long LongestCompletion, long TokensCharged, Money Minimum, Money Ceiling, Money ListCeiling)
{
    /// <summary>
    /// How far the ceiling is below the list price, as a decimal fraction with two decimals, rounded half up: <c>0.20</c>. Null where the
    /// two are equal or the list price is nothing; negative where the price is above it.
    /// </summary>
    public string? Discount
    {
        get
        {
            if (ListCeiling.NanoUsd <= 0 || ListCeiling == Ceiling)
            {
                return null;
            }

            var off = (Int128)ListCeiling.NanoUsd - Ceiling.NanoUsd;
            var hundredths = ((Int128.Abs(off) * 200) + ListCeiling.NanoUsd) / (2 * (Int128)ListCeiling.NanoUsd);
            return $"{(off < 0 && hundredths > 0 ? "-" : "")}{hundredths / 100}.{(int)(hundredths % 100):00}";
        }
    }
}
