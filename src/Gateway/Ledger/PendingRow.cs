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

    /// <summary>When it was queued, as a timestamp of the writer's clock.</summary>
    public long QueuedAt { get; init; }

    /// <summary>Whether its answer ended without waiting: nobody learns of a failure but the log.</summary>
    public bool IsAcknowledged { get; set; }

    public void Fail(LedgerUnavailableException failure)
    {
        TrySetException(failure);

        // Looked at here, since perhaps nobody waits.
        _ = Task.Exception;
    }
}
