namespace Gateway.Storage;

/// <summary>All that differs between the two databases, but for the ledger's bulk insert, which has a sink for each.</summary>
internal abstract class SqlDialect
{
    /// <summary>The setting that an operator changes to mend the connection, with its value masked.</summary>
    public abstract string Setting { get; }

    /// <summary>What to do when it cannot be reached.</summary>
    public abstract string Fix { get; }

    /// <summary>Run once at start, outside any transaction; null for nothing.</summary>
    public abstract string? PrepareSql { get; }

    /// <summary>Run first in the migrating transaction, so that of several nodes one migrates at a time; null where the transaction itself locks.</summary>
    public abstract string? MigrationLockSql { get; }

    /// <summary>What stands for <c>/*clustered*/</c> in a migration, behind a table that is to lie in the order of its primary key.</summary>
    public abstract string Clustered { get; }

    /// <summary>Whether this process's transactions that write go one after another.</summary>
    public abstract bool WritesInTurn { get; }

    /// <summary>What is put behind a <c>select</c> whose rows are to be changed, to pass over those that another transaction is changing.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>What is put behind a <c>select</c> of rows that the same transaction is going to change.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>True where the database as a whole cannot serve, false where this statement or its data is at fault.</summary>
    public abstract bool IsUnavailable(Exception exception);

    /// <summary>Whether a failure at start may pass within seconds, as where a server is just starting; a wrong password does not.</summary>
    public abstract bool MayComeBack(Exception exception);

    public StorageUnavailableException Unavailable(Exception inner) =>
        new($"{Setting}: the database cannot be used: {inner.Message} {Fix}", inner);
}
