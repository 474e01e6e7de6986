using System.Data.Common;

namespace Gateway.Storage;

/// <summary>Brings the schema up to this version. Several nodes may do so at once, and again: one works, the others find it done.</summary>
internal sealed partial class Migrator(Database database, TimeProvider time, ILogger<Migrator> logger)
{
    // Others may be waiting for the lock while one migrates a large table.
    private const int TimeoutSeconds = 300;

    private const string CreateTable = "create table if not exists schema_migrations (version bigint not null primary key, name text not null, applied_at bigint not null)";
    private const string SelectApplied = "select version from schema_migrations";
    private const string InsertApplied = "insert into schema_migrations (version, name, applied_at) values (@version, @name, @at)";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(250);

    /// <exception cref="StorageUnavailableException">The database cannot be reached or used, or is of a later version.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                await TryMigrateAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (e is DbException or TimeoutException or IOException)
            {
                // A database that is started together with the gateway may be a little later.
                if (!database.Dialect.MayComeBack(e) || time.GetElapsedTime(start) > Patience)
                {
                    throw database.Dialect.Unavailable(e);
                }

                await Task.Delay(BetweenTries, time, cancellationToken);
            }
        }
    }

    private async Task TryMigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (database.Dialect.PrepareSql is { } prepare)
        {
            await RunAsync(connection, null, prepare, cancellationToken);
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ApplyMissingAsync(connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task RunAsync(DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = TimeoutSeconds;
        command.Transaction = transaction;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task ApplyMissingAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (database.Dialect.MigrationLockSql is { } takeLock)
        {
            await RunAsync(connection, transaction, takeLock, cancellationToken);
        }

        await RunAsync(connection, transaction, CreateTable, cancellationToken);
        var session = new SqlSession(connection, transaction);
        var applied = await session.ListAsync(SelectApplied, row => row.GetInt64(0), [], cancellationToken);
        var newest = Migration.All[^1].Version;
        if (applied.Exists(version => version > newest))
        {
            throw new StorageUnavailableException(
                $"{database.Dialect.Setting}: the database was migrated to version {applied.Max()} by a later gateway; this one knows {newest}. Start that later gateway, or restore the backup made before it.", null);
        }

        foreach (var migration in Migration.All.Where(migration => !applied.Contains(migration.Version)))
        {
            if (migration.IsFor(database.Dialect))
            {
                await RunAsync(connection, transaction, migration.Sql.Replace("/*clustered*/", database.Dialect.Clustered, StringComparison.Ordinal), cancellationToken);
            }

            await session.ExecuteAsync(InsertApplied, [new("@version", migration.Version), new("@name", migration.Name), new("@at", UnixMicroseconds.From(time.GetUtcNow()))], cancellationToken);
            Log.Applied(logger, migration.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Applied migration {Name}")]
        public static partial void Applied(ILogger logger, string name);
    }
}
