namespace Gateway.Idempotency;

/// <summary>
/// The end of a claim, to be written in the transaction that writes its ledger row. It changes nothing where the key is another owner's by
/// then, nor when it is written a second time.
/// </summary>
internal sealed record AnswerCompletion
{
    public required IdempotentRequest Request { get; init; }

    /// <summary>The request id that the key was claimed by.</summary>
    public required string Owner { get; init; }

    /// <summary>Null where the request was charged and its answer is not kept: a repeat is told so.</summary>
    public required StoredAnswer? Answer { get; init; }

    /// <summary>The answer's bytes, its own copy; empty without an answer.</summary>
    public required byte[] Body { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <inheritdoc cref="IdempotencyOptions.MaxTenantBytes"/>
    public required long MaxTenantBytes { get; init; }
}
