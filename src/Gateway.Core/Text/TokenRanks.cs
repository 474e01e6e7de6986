using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;

namespace Gateway.Core.Text;

/// <summary>
/// The tokens of one encoding and their ranks: all bytes in one array, and over it a hash table of one 32-bit slot a token. Ranks/README.md
/// says where the data comes from and how it is laid out.
/// </summary>
internal sealed class TokenRanks
{
    /// <summary>What is looked up is no token. Larger than every rank, so that the smallest of several is the one to merge.</summary>
    public const int None = int.MaxValue;

    // A slot holds a rank plus one in its low bits and as many bits of the hash above as fit, which spare most comparisons; 0 is free.
    private const int RankBits = 18;
    private const uint RankMask = (1u << RankBits) - 1;

    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly uint[] _slots;
    private readonly int[] _pairs = new int[1 << 16];
    private readonly int _shift;

    private TokenRanks(byte[] bytes, int[] starts, int longest)
    {
        _bytes = bytes;
        _starts = starts;
        Longest = longest;
        var bits = BitOperations.Log2((uint)Count) + 2;
        _slots = new uint[1 << bits];
        _shift = 64 - bits;
        Array.Fill(_pairs, None);
        for (var rank = 0; rank < Count; rank++)
        {
            Add(rank);
        }
    }

    /// <summary>Tokens; their ranks are 0 to one less.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Bytes of the longest token.</summary>
    public int Longest { get; }

    /// <param name="resource">The name of the embedded file.</param>
    /// <exception cref="InvalidDataException">The file is not one of token ranks: the build is broken.</exception>
    public static TokenRanks Load(string resource)
    {
        using var file = typeof(TokenRanks).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidDataException($"The assembly carries no '{resource}'.");
        using var data = new BrotliStream(file, CompressionMode.Decompress);
        Span<byte> head = stackalloc byte[8];
        data.ReadExactly(head);
        var count = BinaryPrimitives.ReadInt32LittleEndian(head);
        var total = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        if (count is < 256 or >= (int)RankMask || total < count)
        {
            throw new InvalidDataException($"'{resource}' does not begin as a file of token ranks does.");
        }

        var lengths = new byte[count];
        data.ReadExactly(lengths);
        var starts = new int[count + 1];
        var longest = 0;
        for (var rank = 0; rank < count; rank++)
        {
            starts[rank + 1] = starts[rank] + lengths[rank];
            longest = Math.Max(longest, lengths[rank]);
        }

        if (starts[count] != total)
        {
            throw new InvalidDataException($"The lengths in '{resource}' do not add up.");
        }

        var bytes = new byte[total];
        data.ReadExactly(bytes);
        return new TokenRanks(bytes, starts, longest);
    }

    public ReadOnlySpan<byte> BytesOf(int rank) => _bytes.AsSpan(_starts[rank], _starts[rank + 1] - _starts[rank]);

    /// <summary>The rank of these bytes, or <see cref="None"/>.</summary>
    public int Find(ReadOnlySpan<byte> token)
    {
        if (token.Length == 2)
        {
            return _pairs[(token[0] << 8) | token[1]];
        }

        if (token.Length > Longest || token.IsEmpty)
        {
            return None;
        }

        var hash = Hash(token);
        var slots = _slots;
        for (var at = (int)(hash >> _shift); ; at = (at + 1) & (slots.Length - 1))
        {
            var slot = slots[at];
            if (slot == 0)
            {
                return None;
            }

            if (((slot ^ (uint)hash) & ~RankMask) == 0)
            {
                var rank = (int)(slot & RankMask) - 1;
                if (BytesOf(rank).SequenceEqual(token))
                {
                    return rank;
                }
            }
        }
    }

    private void Add(int rank)
    {
        var token = BytesOf(rank);
        if (token.Length == 2)
        {
            _pairs[(token[0] << 8) | token[1]] = rank;
            return;
        }

        var hash = Hash(token);
        var at = (int)(hash >> _shift);
        while (_slots[at] != 0)
        {
            at = (at + 1) & (_slots.Length - 1);
        }

        _slots[at] = ((uint)hash & ~RankMask) | (uint)(rank + 1);
    }

    /// <summary>Two overlapping words cover up to 16 bytes; longer text goes in by further words. The top bits choose the slot, the low half gives the tag.</summary>
    private static ulong Hash(ReadOnlySpan<byte> token)
    {
        const ulong First = 0x9E37_79B9_7F4A_7C15;
        const ulong Second = 0xD6E8_FEB8_6659_FD93;
        ulong head, tail;
        if (token.Length >= sizeof(ulong))
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(token);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(token[^sizeof(ulong)..]);
            for (var at = sizeof(ulong); at + sizeof(ulong) < token.Length; at += sizeof(ulong))
            {
                head = BitOperations.RotateLeft(head * First, 29) ^ BinaryPrimitives.ReadUInt64LittleEndian(token[at..]);
            }
        }
        else if (token.Length >= sizeof(uint))
        {
            head = BinaryPrimitives.ReadUInt32LittleEndian(token);
            tail = BinaryPrimitives.ReadUInt32LittleEndian(token[^sizeof(uint)..]);
        }
        else
        {
            head = token[0];
            tail = ((ulong)token[token.Length / 2] << 8) | token[^1];
        }

        var mixed = ((head ^ (ulong)token.Length) * First) ^ BitOperations.RotateLeft(tail * Second, 32);
        mixed ^= mixed >> 32;
        mixed *= Second;
        return mixed ^ (mixed >> 29);
    }
}
