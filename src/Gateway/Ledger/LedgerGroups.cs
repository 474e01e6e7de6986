using Gateway.Storage;

namespace Gateway.Ledger;

/// <summary>
/// Rows into the database, group by group over the sink's one connection. A group that is refused for one of its rows is written row by row, so that
/// the row fails and its neighbours do not.
/// </summary>
internal sealed class LedgerGroups(Database database, ILedgerSink sink)
{
    /// <summary>Rows in one transaction. More gains little, and makes those at its head wait.</summary>
    public const int MaxRows = 512;

    // The replaying thread and the writer's take turns at the connection.
    private readonly Lock _connection = new();

    /// <param name="group">At most <see cref="MaxRows"/> rows.</param>
    /// <param name="refused">Gets the rows that the database refuses for themselves.</param>
    /// <param name="outage">Why the database cannot serve, or null.</param>
    /// <returns>How many rows, from the first, are written or refused; all of them without an outage.</returns>
    public int Write(ReadOnlySpan<PendingRow> group, List<(PendingRow Row, Exception Problem)> refused, out Exception? outage)
    {
        lock (_connection)
        {
            if (TryWrite(group) is not { } failure)
            {
                outage = null;
                return group.Length;
            }

            // A server that was restarted left a dead connection behind: once more over a new one. Harmless if the first try did commit.
            if (database.Dialect.IsUnavailable(failure))
            {
                sink.Reset();
                failure = TryWrite(group);
                if (failure is null)
                {
                    outage = null;
                    return group.Length;
                }
            }

            if (database.Dialect.IsUnavailable(failure))
            {
                sink.Reset();
                outage = failure;
                return 0;
            }

            return WriteOneByOne(group, refused, out outage);
        }
    }

    public void Close()
    {
        lock (_connection)
        {
            sink.Dispose();
        }
    }

    private int WriteOneByOne(ReadOnlySpan<PendingRow> group, List<(PendingRow Row, Exception Problem)> refused, out Exception? outage)
    {
        for (var i = 0; i < group.Length; i++)
        {
            if (TryWrite(group.Slice(i, 1)) is not { } failure)
            {
                continue;
            }

            if (database.Dialect.IsUnavailable(failure))
            {
                sink.Reset();
                outage = failure;
                return i;
            }

            refused.Add((group[i], failure));
        }

        outage = null;
        return group.Length;
    }

    private Exception? TryWrite(ReadOnlySpan<PendingRow> rows)
    {
        try
        {
            sink.Write(rows);
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is, those who wait must hear of it, and the thread must live on for the rows to come.
            return e;
        }
    }
}
