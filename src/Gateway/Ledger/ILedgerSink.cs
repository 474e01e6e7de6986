namespace Gateway.Ledger;

/// <summary>Writes rows in bulk over a connection of its own. Called by the writer's thread alone, hence synchronous.</summary>
internal interface ILedgerSink : IDisposable
{
    /// <summary>Writes all rows in one transaction, durable on return; rows whose request id is known are ignored. On an exception none is written, or the answer is unknown.</summary>
    void Write(ReadOnlySpan<PendingRow> rows);

    /// <summary>Gives up the connection after a failure; the next write opens another.</summary>
    void Reset();
}
