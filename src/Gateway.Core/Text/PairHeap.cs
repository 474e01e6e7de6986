namespace Gateway.Core.Text;

/// <summary>Pairs of parts, the lowest rank first, of equal ranks the leftmost. A binary heap in an array that the caller lends, large enough.</summary>
internal struct PairHeap(ulong[] entries)
{
    private int _count;

    public readonly ulong[] Entries => entries;

    /// <summary>Puts a pair behind the others, out of order; <see cref="Arrange"/> must follow. What is no token is left out.</summary>
    public void Append(int rank, int at)
    {
        if (rank != TokenRanks.None)
        {
            entries[_count++] = ((ulong)(uint)rank << 32) | (uint)at;
        }
    }

    public readonly void Arrange()
    {
        for (var at = (_count / 2) - 1; at >= 0; at--)
        {
            Sink(at, entries[at]);
        }
    }

    /// <summary>Puts a pair in its place. What is no token is left out.</summary>
    public void Add(int rank, int at)
    {
        if (rank == TokenRanks.None)
        {
            return;
        }

        var entry = ((ulong)(uint)rank << 32) | (uint)at;
        var hole = _count++;
        while (hole > 0 && entries[(hole - 1) / 2] > entry)
        {
            entries[hole] = entries[(hole - 1) / 2];
            hole = (hole - 1) / 2;
        }

        entries[hole] = entry;
    }

    public bool TryTake(out int rank, out int at)
    {
        if (_count == 0)
        {
            (rank, at) = (TokenRanks.None, 0);
            return false;
        }

        var entry = entries[0];
        (rank, at) = ((int)(entry >> 32), (int)(uint)entry);
        if (--_count > 0)
        {
            Sink(0, entries[_count]);
        }

        return true;
    }

    private readonly void Sink(int hole, ulong entry)
    {
        for (var child = (2 * hole) + 1; child < _count; child = (2 * hole) + 1)
        {
            if (child + 1 < _count && entries[child + 1] < entries[child])
            {
                child++;
            }

            if (entries[child] >= entry)
            {
                break;
            }

            entries[hole] = entries[child];
            hole = child;
        }

        entries[hole] = entry;
    }
}
