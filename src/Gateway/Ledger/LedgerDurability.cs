namespace Gateway.Ledger;

/// <summary>When an answer may end.</summary>
internal enum LedgerDurability
{
    /// <summary>Once its row is on disk, in the database or in the spool.</summary>
    Committed,

    /// <summary>Once its row is queued, as long as <see cref="LedgerWriter.MaxBuffered"/> and <see cref="LedgerWriter.BufferedFor"/> allow.</summary>
    Buffered,
}
