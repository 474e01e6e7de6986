namespace Gateway.Ledger;

/// <summary>What the ledger's books say, and what follows from its rows.</summary>
/// <param name="Subject">A request id; or day, tenant, key and model of a daily sum.</param>
/// <param name="Field">The column.</param>
internal sealed record LedgerDifference(string Subject, string Field, string Stored, string Computed)
{
    public override string ToString() => $"{Subject} {Field}: {Stored} stored, {Computed} computed";
}
