namespace Gateway.Ledger;

/// <summary>The section <c>Gateway:Ledger</c>. Words are texts, so that the validator can name a wrong one.</summary>
internal sealed class LedgerOptions
{
    public const string Section = "Gateway:Ledger";

    /// <summary><c>committed</c> or <c>buffered</c>; see <see cref="LedgerDurability"/>.</summary>
    public string Durability { get; set; } = "committed";

    /// <summary><c>refuse</c> or <c>spool</c>; see <see cref="OutagePolicy"/>.</summary>
    public string WhenDatabaseIsDown { get; set; } = "refuse";

    /// <summary>Bytes of spooled rows above which new requests are refused until they are in the database. Requests in flight may go beyond it.</summary>
    public long MaxSpoolBytes { get; set; } = 1L << 30;

    /// <summary>Rows of months that ended more days ago than this are exported and dropped; null = none is.</summary>
    public int? RetentionDays { get; set; }

    /// <summary>Null for a word that is neither.</summary>
    public static LedgerDurability? ToDurability(string? word) => word switch
    {
        "committed" => LedgerDurability.Committed,
        "buffered" => LedgerDurability.Buffered,
        _ => null,
    };

    /// <inheritdoc cref="ToDurability"/>
    public static OutagePolicy? ToOutagePolicy(string? word) => word switch
    {
        "refuse" => OutagePolicy.Refuse,
        "spool" => OutagePolicy.Spool,
        _ => null,
    };
}
