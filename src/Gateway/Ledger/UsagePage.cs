namespace Gateway.Ledger;

/// <summary>Sums, and where the next page goes on; null where there is none.</summary>
internal sealed record UsagePage(IReadOnlyList<UsageRow> Rows, UsageCursor? Next);
