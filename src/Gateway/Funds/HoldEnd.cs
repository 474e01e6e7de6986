namespace Gateway.Funds;

/// <summary>What becomes of a hold.</summary>
internal enum HoldEnd
{
    /// <summary>There is no row: all of it is free again.</summary>
    GivenBack,

    /// <summary>The row is in the database, and has moved what was spent.</summary>
    Committed,

    /// <summary>The row is durable and waits for the database. What is held stays so until the ledger has caught up.</summary>
    Spooled,
}
