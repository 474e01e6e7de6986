using Gateway.Idempotency;

namespace Gateway.Ledger;

/// <summary>
/// An entry on its way, and the one who waits for it. Continuations run elsewhere, never on the writer's thread.
/// </summary>
internal sealed class PendingRow(LedgerEntry entry, AnswerCompletion? completion = null) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public LedgerEntry Entry => entry;

    /// <summary>The end of the request's idempotency key, for the same transaction; null without one.</summary>
    public AnswerCompletion? Completion => completion;
}
