namespace Gateway.Ledger;

/// <summary>Sums over the rows that arrived in one span of time.</summary>
/// <param name="Start">Its first moment, in Unix seconds.</param>
/// <param name="Sums">With key and model, as far as grouped.</param>
internal sealed record UsageBucket(long Start, UsageRow Sums);
