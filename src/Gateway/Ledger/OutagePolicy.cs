namespace Gateway.Ledger;

/// <summary>What becomes of new requests while the database is down. Those in flight end in the spool under either.</summary>
internal enum OutagePolicy
{
    Refuse,

    Spool,
}
