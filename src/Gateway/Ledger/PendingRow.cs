namespace Gateway.Ledger;

/// <summary>
/// An entry on its way, and the one who waits for it. Continuations run elsewhere, never on the writer's thread.
/// </summary>
internal sealed class PendingRow(LedgerEntry entry) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public LedgerEntry Entry => entry;
}
