using System.Data.Common;

namespace Gateway.Storage;

/// <summary>The one database of the process, SQLite or PostgreSQL. Safe for concurrent use.</summary>
internal sealed class Database(DbDataSource source, SqlDialect dialect, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan HealthIsFreshFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim? _turn = dialect.WritesInTurn ? new(1) : null;
    private Tuple<long, bool>? _health;
    private Tuple<long>? _lastOutage;

    /// <summary>
    /// How long the database must have answered before what nodes left behind may be ended: those that were cut off from it as well need the
    /// time to lengthen the leases of what they still have.
    /// </summary>
    public static readonly TimeSpan SteadyAfter = TimeSpan.FromSeconds(30);

    public DbDataSource Source => source;

    /// <summary>Whether it has answered for <see cref="SteadyAfter"/>, as far as this node saw.</summary>
    public bool IsSteady => _lastOutage is not { } outage || time.GetElapsedTime(outage.Item1) >= SteadyAfter;

    public SqlDialect Dialect => dialect;

    public async Task<List<T>> ListAsync<T>(string sql, Func<DbDataReader, T> read, SqlArgument[] arguments, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await new SqlSession(connection, null).ListAsync(sql, read, arguments, cancellationToken);
    }

    /// <summary>The first row, or null.</summary>
    public async Task<T?> FirstAsync<T>(string sql, Func<DbDataReader, T> read, SqlArgument[] arguments, CancellationToken cancellationToken)
        where T : class
    {
        var rows = await ListAsync(sql, read, arguments, cancellationToken);
        return rows is [var first, ..] ? first : null;
    }

    /// <summary>Runs one statement, durable on return; how many rows it changed.</summary>
    public async Task<int> ExecuteAsync(string sql, SqlArgument[] arguments, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await new SqlSession(connection, null).ExecuteAsync(sql, arguments, cancellationToken);
    }

    /// <summary>
    /// Runs <paramref name="write"/> in a transaction that is committed when it returns and rolled back when it throws. It must not begin another.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> write, CancellationToken cancellationToken)
    {
        if (_turn is not null)
        {
            await _turn.WaitAsync(cancellationToken);
        }

        using var turn = new WriteTurn(_turn);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await write(new SqlSession(connection, transaction));
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>It did not answer just now.</summary>
    public void SawOutage() => _lastOutage = Tuple.Create(time.GetTimestamp());

    /// <summary>Waits for the turn to write, for whoever begins a transaction by itself on a thread of its own.</summary>
    public WriteTurn TakeTurn()
    {
        _turn?.Wait();
        return new WriteTurn(_turn);
    }

    /// <summary>Whether the database answers. Asks at most once a second, so that probes cost nothing.</summary>
    public async ValueTask<bool> IsHealthyAsync(CancellationToken cancellationToken)
    {
        if (_health is { } known && time.GetElapsedTime(known.Item1) < HealthIsFreshFor)
        {
            return known.Item2;
        }

        bool healthy;
        using var timeout = new CancellationTokenSource(HealthTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            healthy = await ListAsync("select last from change_counter", row => row.GetInt64(0), [], either.Token) is [_];
        }
        catch (Exception e) when (e is DbException or TimeoutException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            healthy = false;
            SawOutage();
        }

        _health = Tuple.Create(time.GetTimestamp(), healthy);
        return healthy;
    }

    public ValueTask DisposeAsync()
    {
        _turn?.Dispose();
        return source.DisposeAsync();
    }
}
