using Gateway.Core.Pricing;

namespace Gateway.Ledger;

/// <summary>Sums over the ledger's rows of one group. What is not grouped by is null.</summary>
internal sealed record UsageRow
{
    public DateOnly? Day { get; init; }

    public string? Tenant { get; init; }

    public string? Key { get; init; }

    public string? Model { get; init; }

    public long Requests { get; init; }

    public long PromptTokens { get; init; }

    public long CachedTokens { get; init; }

    public long ImageTokens { get; init; }

    public long CompletionTokens { get; init; }

    public long ReasoningTokens { get; init; }

    public long Images { get; init; }

    public Money Amount { get; init; }

    public Money ListAmount { get; init; }
}
