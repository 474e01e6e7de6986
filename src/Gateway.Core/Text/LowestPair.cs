using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Gateway.Core.Text;

/// <summary>
/// The rank of the pair that begins at each part, and which is the lowest. Over the ranks lie levels of the lowest of each 32 below, up to a
/// level of 32 at most, so that a change and a search look at one block of 32 in each level: one level for a word, four for the longest piece.
/// </summary>
internal ref struct LowestPair
{
    private const int Block = 32;
    private const int MostLevels = 4;

    // The levels one behind the other, each filled up to whole blocks.
    private readonly Span<int> _ranks;
    private readonly int _levels;
    private Starts _starts;

    /// <param name="ranks">Room for them, of <see cref="RoomFor"/> at least.</param>
    /// <param name="length">Bytes of the piece, <see cref="Longest"/> at most.</param>
    public LowestPair(Span<int> ranks, int length)
    {
        var room = 0;
        do
        {
            _starts[_levels++] = room;
            length = (length + Block - 1) / Block;
            room += length * Block;
        }
        while (length > 1);

        _ranks = ranks[..room];
        _ranks.Fill(TokenRanks.None);
    }

    /// <summary>Bytes of the longest piece that the levels are enough for.</summary>
    public static int Longest => 1 << (5 * MostLevels);

    public static int RoomFor(int length)
    {
        var room = 0;
        do
        {
            length = (length + Block - 1) / Block;
            room += length * Block;
        }
        while (length > 1);

        return room;
    }

    /// <summary>The rank of the pair that begins here. <see cref="Update"/> must follow a change, or <see cref="Arrange"/> many.</summary>
    public readonly ref int this[int at] => ref _ranks[at];

    /// <summary>Brings all levels up to date.</summary>
    public readonly void Arrange()
    {
        for (var level = 1; level < _levels; level++)
        {
            var end = level + 1 < _levels ? _starts[level + 1] : _ranks.Length;
            for (var (above, below) = (_starts[level], _starts[level - 1]); above < end && below < _starts[level]; above++, below += Block)
            {
                _ranks[above] = Lowest(_ranks.Slice(below, Block));
            }
        }
    }

    /// <summary>Brings the levels above the block of this pair up to date.</summary>
    public readonly void Update(int at)
    {
        for (var level = 1; level < _levels; level++)
        {
            var block = at / Block;
            var lowest = Lowest(_ranks.Slice(_starts[level - 1] + (block * Block), Block));
            ref var above = ref _ranks[_starts[level] + block];
            if (above == lowest)
            {
                return;
            }

            above = lowest;
            at = block;
        }
    }

    /// <summary>Whether both are in one block, so that one <see cref="Update"/> serves.</summary>
    public static bool AreNear(int one, int other) => one / Block == other / Block;

    /// <summary>Where the pair of the lowest rank begins, of equals the leftmost; false where no pair is a token.</summary>
    public readonly bool TryFind(out int at)
    {
        at = 0;
        var lowest = Lowest(_ranks.Slice(_starts[_levels - 1], Block));
        for (var level = _levels - 1; level >= 0; level--)
        {
            at = (at * Block) + _ranks.Slice(_starts[level] + (at * Block), Block).IndexOf(lowest);
        }

        return lowest != TokenRanks.None;
    }

    private static int Lowest(ReadOnlySpan<int> block)
    {
        var vectors = MemoryMarshal.Cast<int, Vector256<int>>(block);
        var eight = Vector256.Min(Vector256.Min(vectors[0], vectors[1]), Vector256.Min(vectors[2], vectors[3]));
        var four = Vector128.Min(eight.GetLower(), eight.GetUpper());
        var two = Vector128.Min(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Math.Min(two[0], two[1]);
    }

    [System.Runtime.CompilerServices.InlineArray(MostLevels)]
    private struct Starts
    {
        private int _first;
    }
}
