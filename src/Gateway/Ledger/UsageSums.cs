namespace Gateway.Ledger;

/// <summary>The sums over some rows of one <see cref="UsageKey"/>.</summary>
internal readonly record struct UsageSums
{
    public long Requests { get; init; }

    public long PromptTokens { get; init; }

    public long CachedTokens { get; init; }

    public long ImageTokens { get; init; }

    public long CompletionTokens { get; init; }

    public long ReasoningTokens { get; init; }

    public long Images { get; init; }

    public long AmountNanoUsd { get; init; }

    public long ListAmountNanoUsd { get; init; }

    public UsageSums With(LedgerEntry entry) => new()
    {
        Requests = Requests + (entry.Reverses is null ? 1 : 0),
        PromptTokens = PromptTokens + entry.PromptTokens,
        CachedTokens = CachedTokens + entry.CachedTokens,
        ImageTokens = ImageTokens + entry.ImageTokens,
        CompletionTokens = CompletionTokens + entry.CompletionTokens,
        ReasoningTokens = ReasoningTokens + entry.ReasoningTokens,
        Images = Images + entry.Images,
        AmountNanoUsd = Sum(AmountNanoUsd, entry.Amount.NanoUsd),
        ListAmountNanoUsd = Sum(ListAmountNanoUsd, entry.ListAmount.NanoUsd),
    };

    /// <summary>Saturates at the top.</summary>
    public static long Sum(long left, long right) => (long)Int128.Min((Int128)left + right, long.MaxValue);
}
