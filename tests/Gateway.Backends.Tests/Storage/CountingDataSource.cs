using System.Data.Common;

namespace Gateway.Backends.Tests.Storage;

/// <summary>Counts how often a connection is asked for, and refuses while told to.</summary>
internal sealed class CountingDataSource(DbDataSource inner) : DbDataSource
{
    private int _opened;

    public int Opened => _opened;

    public Exception? Refusal { get; set; }

    /// <summary>Awaited before a connection is handed out.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public override string ConnectionString => inner.ConnectionString;

    protected override DbConnection CreateDbConnection() => inner.CreateConnection();

    protected override DbConnection OpenDbConnection()
    {
        Interlocked.Increment(ref _opened);
        return Refusal is null ? inner.OpenConnection() : throw Refusal;
    }

    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _opened);
        await Gate.WaitAsync(cancellationToken);
        return Refusal is null ? await inner.OpenConnectionAsync(cancellationToken) : throw Refusal;
    }
}
