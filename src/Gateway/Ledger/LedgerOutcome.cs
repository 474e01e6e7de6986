namespace Gateway.Ledger;

/// <summary>How a request ended.</summary>
internal enum LedgerOutcome
{
    Completed,
    ClientDisconnected,
    UpstreamFailed,
    TimedOut,
}
