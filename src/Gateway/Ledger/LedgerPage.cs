namespace Gateway.Ledger;

/// <summary>Rows, and where the next page goes on; null where there is none.</summary>
internal sealed record LedgerPage(IReadOnlyList<LedgerEntry> Rows, LedgerCursor? Next);
