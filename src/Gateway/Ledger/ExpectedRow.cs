namespace Gateway.Ledger;

/// <summary>A row that is on its way: while there is one, the writer does not stop.</summary>
internal readonly struct ExpectedRow(LedgerWriter writer) : IDisposable
{
    public void Dispose() => writer.Arrived();
}
