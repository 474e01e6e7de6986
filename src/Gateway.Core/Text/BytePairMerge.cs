using System.Buffers;

namespace Gateway.Core.Text;

/// <summary>
/// Byte-pair merging of one piece: its bytes are the first parts; as long as two neighbours together are a token, the pair of the lowest
/// rank, and of equals the leftmost, becomes one part.
/// </summary>
internal static class BytePairMerge
{
    /// <summary>Up to here looking at every pair for each merge is faster than keeping them in order.</summary>
    private const int LongestScanned = 96;

    /// <param name="ranks">The encoding's tokens.</param>
    /// <param name="piece">Two bytes or more that are no token themselves.</param>
    /// <param name="tokens">Where the ranks go, or null where they are only counted.</param>
    /// <returns>The number of tokens.</returns>
    public static int Merge(TokenRanks ranks, ReadOnlySpan<byte> piece, List<int>? tokens) =>
        piece.Length <= LongestScanned ? Scan(ranks, piece, tokens) : Order(ranks, piece, tokens);

    private static int Scan(TokenRanks ranks, ReadOnlySpan<byte> piece, List<int>? tokens)
    {
        // Part i begins at starts[i] and ends at starts[i + 1]; pairs[i] is the rank of parts i and i + 1 together.
        Span<byte> starts = stackalloc byte[LongestScanned + 1];
        Span<int> pairs = stackalloc int[LongestScanned];
        var parts = piece.Length;
        for (var i = 0; i < parts; i++)
        {
            starts[i] = (byte)i;
            pairs[i] = i + 1 < parts ? ranks.Find(piece.Slice(i, 2)) : TokenRanks.None;
        }

        starts[parts] = (byte)parts;
        while (true)
        {
            var lowest = TokenRanks.None;
            var at = 0;
            for (var i = 0; i < parts - 1; i++)
            {
                if (pairs[i] < lowest)
                {
                    (lowest, at) = (pairs[i], i);
                }
            }

            if (lowest == TokenRanks.None)
            {
                break;
            }

            // Part at + 1 falls away, and with it the pair that began there.
            starts[(at + 2)..(parts + 1)].CopyTo(starts[(at + 1)..]);
            pairs[(at + 2)..parts].CopyTo(pairs[(at + 1)..]);
            parts--;
            pairs[at] = at + 1 < parts ? ranks.Find(piece[starts[at]..starts[at + 2]]) : TokenRanks.None;
            if (at > 0)
            {
                pairs[at - 1] = ranks.Find(piece[starts[at - 1]..starts[at + 1]]);
            }
        }

        for (var i = 0; tokens is not null && i < parts; i++)
        {
            tokens.Add(ranks.Find(piece[starts[i]..starts[i + 1]]));
        }

        return parts;
    }

    /// <summary>Parts as a list linked both ways by where they begin, their pairs in a heap: n log n, whatever the text.</summary>
    private static int Order(TokenRanks ranks, ReadOnlySpan<byte> piece, List<int>? tokens)
    {
        var length = piece.Length;
        var next = ArrayPool<int>.Shared.Rent(length);
        var previous = ArrayPool<int>.Shared.Rent(length + 1);
        var pairs = ArrayPool<int>.Shared.Rent(length);
        // Each merge takes one entry out and puts two in at most.
        var heap = new PairHeap(ArrayPool<ulong>.Shared.Rent(2 * length));
        try
        {
            for (var i = 0; i < length; i++)
            {
                (next[i], previous[i]) = (i + 1, i - 1);
                pairs[i] = i + 1 < length ? ranks.Find(piece.Slice(i, 2)) : TokenRanks.None;
                heap.Append(pairs[i], i);
            }

            heap.Arrange();
            var parts = length;
            while (heap.TryTake(out var rank, out var at))
            {
                // A pair that has changed since is in the heap anew, or is no token any more.
                if (pairs[at] != rank)
                {
                    continue;
                }

                var gone = next[at];
                var behind = next[gone];
                next[at] = behind;
                pairs[gone] = TokenRanks.None;
                parts--;
                pairs[at] = TokenRanks.None;
                if (behind < length)
                {
                    previous[behind] = at;
                    pairs[at] = ranks.Find(piece[at..next[behind]]);
                    heap.Add(pairs[at], at);
                }

                var before = previous[at];
                if (before >= 0)
                {
                    pairs[before] = ranks.Find(piece[before..behind]);
                    heap.Add(pairs[before], before);
                }
            }

            for (var i = 0; tokens is not null && i < length; i = next[i])
            {
                tokens.Add(ranks.Find(piece[i..next[i]]));
            }

            return parts;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(next);
            ArrayPool<int>.Shared.Return(previous);
            ArrayPool<int>.Shared.Return(pairs);
            ArrayPool<ulong>.Shared.Return(heap.Entries);
        }
    }
}
