using Gateway.Storage;

namespace Gateway.Idempotency;

/// <summary>
/// Runs single statements on keys, each durable on return. PostgreSQL makes those of many connections durable together; SQLite has one writer,
/// so whoever comes to its turn writes what all who wait want written, in one transaction.
/// </summary>
internal sealed class KeyStatements(Database database) : IDisposable
{
    private const int MaxBatch = 256;
    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private readonly SemaphoreSlim _turn = new(1);

    /// <returns>How many rows it changed.</returns>
    public Task<int> ExecuteAsync(string sql, SqlArgument[] arguments, CancellationToken ct) =>
        database.Dialect is SqliteDialect ? ExecuteInTurnAsync(new Waiting(sql, arguments)) : database.ExecuteAsync(sql, arguments, ct);

    public void Dispose() => _turn.Dispose();

    private async Task<int> ExecuteInTurnAsync(Waiting mine)
    {
        lock (_gate)
        {
            _waiting.Enqueue(mine);
        }

        // A turn is short, and what is queued will be written: no token ends the wait.
        while (!mine.Task.IsCompleted)
        {
            await _turn.WaitAsync(CancellationToken.None);
            try
            {
                if (!mine.Task.IsCompleted)
                {
                    // Its calls block, and a request's thread is not theirs to hold.
                    await Task.Run(WriteAsync, CancellationToken.None);
                }
            }
            finally
            {
                _turn.Release();
            }
        }

        return await mine.Task;
    }

    private async Task WriteAsync()
    {
        var batch = new List<Waiting>();
        lock (_gate)
        {
            while (batch.Count < MaxBatch && _waiting.TryDequeue(out var next))
            {
                batch.Add(next);
            }
        }

        try
        {
            var changed = await database.WriteAsync(
                async session =>
                {
                    var counts = new int[batch.Count];
                    for (var i = 0; i < counts.Length; i++)
                    {
                        counts[i] = await session.ExecuteAsync(batch[i].Sql, batch[i].Arguments, CancellationToken.None);
                    }

                    return counts;
                },
                CancellationToken.None);
            for (var i = 0; i < changed.Length; i++)
            {
                batch[i].SetResult(changed[i]);
            }
        }
        catch (Exception e)
        {
            // Whatever it is, those who wait must hear of it. No statement here can be refused for its own data.
            batch.ForEach(waiting => waiting.SetException(e));
        }
    }

    /// <summary>A statement, and the one who waits for it. Continuations run elsewhere.</summary>
    private sealed class Waiting(string sql, SqlArgument[] arguments) : TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Sql => sql;

        public SqlArgument[] Arguments => arguments;
    }
}
