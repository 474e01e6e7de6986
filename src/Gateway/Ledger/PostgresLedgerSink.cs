using System.Runtime.InteropServices;
using Gateway.Storage;

namespace Gateway.Ledger;

/// <summary>
/// Two connections: the server writes a large group's rows in two transactions at once, and makes them durable together. All rows of a tenant go the
/// same way, so that the two never wait for each other's sums and accounts. A group of which one half failed is written again; the rows of the other
/// are known by then.
/// </summary>
internal sealed class PostgresLedgerSink(Database database) : ILedgerSink
{
    // Below it a second transaction costs more than it saves.
    private const int WorthSplitting = 64;

    private readonly PostgresLedgerLane _first = new(database);
    private readonly PostgresLedgerLane _second = new(database);
    private readonly List<PendingRow> _even = [];
    private readonly List<PendingRow> _odd = [];

    public void Write(ReadOnlySpan<PendingRow> rows)
    {
        if (rows.Length < WorthSplitting || !Split(rows))
        {
            _first.Write(rows);
            return;
        }

        try
        {
            Parallel.Invoke(() => _first.Write(CollectionsMarshal.AsSpan(_even)), () => _second.Write(CollectionsMarshal.AsSpan(_odd)));
        }
        catch (AggregateException e)
        {
            // Whether the database is away is told by the exception itself; of two, by one that says so.
            throw e.InnerExceptions.FirstOrDefault(database.Dialect.IsUnavailable) ?? e.InnerExceptions[0];
        }
        finally
        {
            _even.Clear();
            _odd.Clear();
        }
    }

    public void Reset()
    {
        _first.Dispose();
        _second.Dispose();
    }

    public void Dispose() => Reset();

    /// <returns>False where all rows go one way.</returns>
    private bool Split(ReadOnlySpan<PendingRow> rows)
    {
        foreach (var row in rows)
        {
            ((string.GetHashCode(row.Entry.TenantId.Value, StringComparison.Ordinal) & 1) == 0 ? _even : _odd).Add(row);
        }

        if (_even.Count > 0 && _odd.Count > 0)
        {
            return true;
        }

        _even.Clear();
        _odd.Clear();
        return false;
    }
}
