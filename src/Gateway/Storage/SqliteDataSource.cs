using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage;

/// <summary>SQLite behind the same type as PostgreSQL. Connections are pooled by the provider and set up each time they are opened.</summary>
internal sealed class SqliteDataSource : DbDataSource
{
    // A checkpoint at 64 MB instead of 4: in between, a page that many groups of rows touch is copied into the file once.
    private const string SetUp = "pragma synchronous = full; pragma wal_autocheckpoint = 16000;";

    /// <param name="file">Made where it is missing, unless it is only read.</param>
    /// <param name="readOnly">Whether nothing may be written.</param>
    public SqliteDataSource(string file, bool readOnly = false)
    {
        SqliteWaiting.Begin();
        ConnectionString = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            ForeignKeys = true,
            DefaultTimeout = 10,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
        }.ToString();
    }

    public override string ConnectionString { get; }

    protected override DbConnection CreateDbConnection() => new SqliteConnection(ConnectionString);

    protected override DbConnection OpenDbConnection()
    {
        var connection = (SqliteConnection)CreateDbConnection();
        try
        {
            connection.Open();
            SqliteWaiting.Set(connection);
            using var command = connection.CreateCommand();
            command.CommandText = SetUp;
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // SQLite has no asynchronous calls; the provider's run in place too.
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<DbConnection>(OpenDbConnection());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            using var connection = new SqliteConnection(ConnectionString);
            SqliteConnection.ClearPool(connection);
        }

        base.Dispose(disposing);
    }
}
