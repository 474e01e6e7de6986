using System.Buffers;

namespace Gateway.Core.Text;

/// <summary>
/// Byte-pair merging of one piece: its bytes are the first parts; as long as two neighbours together are a token, the pair of the lowest
/// rank, and of equals the leftmost, becomes one part. A merge costs about the same in a word and in a piece of the largest length.
/// </summary>
internal static class BytePairMerge
{
    // Pieces as long as words and short sentences need no pool.
    private const int OnStack = 96;

    /// <param name="ranks">The encoding's tokens.</param>
    /// <param name="piece">Two bytes or more, <see cref="LowestPair.Longest"/> at most, that are no token themselves.</param>
    /// <param name="tokens">Where the ranks go, or null where they are only counted.</param>
    /// <returns>The number of tokens.</returns>
    public static int Merge(TokenRanks ranks, ReadOnlySpan<byte> piece, List<int>? tokens)
    {
        var room = LowestPair.RoomFor(piece.Length);
        if (piece.Length <= OnStack)
        {
            Span<int> small = stackalloc int[room + (2 * piece.Length)];
            return Merge(ranks, piece, tokens, small, room);
        }

        var large = ArrayPool<int>.Shared.Rent(room + (2 * piece.Length));
        try
        {
            return Merge(ranks, piece, tokens, large, room);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(large);
        }
    }

    private static int Merge(TokenRanks ranks, ReadOnlySpan<byte> piece, List<int>? tokens, Span<int> memory, int room)
    {
        // The parts are a list linked both ways by where they begin.
        var length = piece.Length;
        var next = memory.Slice(room, length);
        var previous = memory.Slice(room + length, length);
        var pairs = new LowestPair(memory[..room], length);
        for (var i = 0; i < length; i++)
        {
            (next[i], previous[i]) = (i + 1, i - 1);
            if (i + 1 < length)
            {
                pairs[i] = ranks.Find(piece.Slice(i, 2));
            }
        }

        pairs.Arrange();
        var parts = length;
        while (pairs.TryFind(out var at))
        {
            var gone = next[at];
            var behind = next[gone];
            next[at] = behind;
            parts--;
            pairs[gone] = TokenRanks.None;
            pairs[at] = TokenRanks.None;
            if (behind < length)
            {
                previous[behind] = at;
                pairs[at] = ranks.Find(piece[at..next[behind]]);
            }

            var before = previous[at];
            if (before >= 0)
            {
                pairs[before] = ranks.Find(piece[before..behind]);
                if (!LowestPair.AreNear(before, at))
                {
                    pairs.Update(before);
                }
            }

            pairs.Update(at);
            if (!LowestPair.AreNear(gone, at))
            {
                pairs.Update(gone);
            }
        }

        for (var i = 0; tokens is not null && i < length; i = next[i])
        {
            tokens.Add(ranks.Find(piece[i..next[i]]));
        }

        return parts;
    }
}
