using Npgsql;

namespace Gateway.Storage;

internal sealed class PostgresDialect(string connectionString) : SqlDialect
{
    public override string Setting => $"{StorageOptions.PostgresKey} = '{ConnectionText.Mask(connectionString)}'";

    public override string Fix => "Start that server, or correct host, user, password and database name; remove the setting to use SQLite.";

    public override string? PrepareSql => null;

    public override string Clustered => "";

    public override bool WritesInTurn => false;

    public override string SkipLocked => " for update skip locked";

    public override string ForUpdate => " for update";

    // The number is arbitrary; it must only differ from those of other programs in the same database.
    public override string? MigrationLockSql => "select pg_advisory_xact_lock(4707155620117911)";

    // Classes: 08 connection, 28 authorization, 3D no such database, 53 resources, 57 intervention, 58 system, XX internal.
    public override bool IsUnavailable(Exception exception) => exception switch
    {
        PostgresException { SqlState: "25006" } => true, // read-only: a replica answers after a failover
        PostgresException e => e.SqlState[..2] is "08" or "28" or "3D" or "53" or "57" or "58" or "XX",
        NpgsqlException or TimeoutException => true,
        _ => false,
    };

    public override bool MayComeBack(Exception exception) => exception switch
    {
        PostgresException e => e.SqlState[..2] is "08" or "53" or "57",
        _ => IsUnavailable(exception),
    };
}
