using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gateway.Storage;

internal sealed class SqliteDialect(StorageOptions options) : SqlDialect
{
    public override string Setting => $"{StorageOptions.DataDirectoryKey} = '{options.DataDirectory}' (file {options.SqliteFile})";

    public override string Fix => $"Make it a directory that this process may write, with free space, or set {StorageOptions.PostgresKey} to use PostgreSQL.";

    // Kept by the file; readers then never wait for the writer.
    public override string? PrepareSql => "pragma journal_mode = wal";

    // Half the pages to write for each group of rows: no table in another order beside the key's index.
    public override string Clustered => "without rowid";

    // There is one writer at a time anyway, and who finds the file locked sleeps and tries again, in no order.
    public override bool WritesInTurn => true;

    // One writer at a time.
    public override string SkipLocked => "";

    // As above.
    public override string ForUpdate => "";

    // The provider begins its transactions with BEGIN IMMEDIATE, which is the lock.
    public override string? MigrationLockSql => null;

    public override bool IsUnavailable(Exception exception) => exception is SqliteException
    {
        SqliteErrorCode: not (raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE),
    };

    public override bool MayComeBack(Exception exception) => exception is SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED };
}
