namespace Gateway.Idempotency;

/// <summary>
/// A key that is one request's own while it runs. It ends once: completed in the ledger's transaction, or, where nothing was charged, freed
/// by <see cref="DisposeAsync"/>.
/// </summary>
internal sealed class IdempotencyClaim(IdempotentRequest request, string owner, ClaimKeeper keeper) : IAsyncDisposable
{
    private bool _completed;
    private bool _ended;

    public IdempotentRequest Request => request;

    public string Owner => owner;

    /// <summary>
    /// What the ledger's transaction is to write. From here on the key is not freed any more: a row that could not be written may have been
    /// written all the same, and its charge with it. The lease runs out then.
    /// </summary>
    /// <param name="answer">Null where the request was charged and its answer cannot be kept.</param>
    /// <param name="body">The answer's bytes; they are copied.</param>
    public AnswerCompletion Complete(StoredAnswer? answer, ReadOnlySpan<byte> body)
    {
        _completed = true;
        return keeper.Complete(this, answer, answer is null ? [] : body.ToArray());
    }

    /// <summary>The row that completes it is durable and waits for the database: the lease is kept up until the ledger has caught up.</summary>
    public void Spooled()
    {
        _ended = true;
        keeper.KeepSpooled(this);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            _ended = true;
            await keeper.EndAsync(this, release: !_completed);
        }
    }
}
