using System.Buffers.Binary;
using System.Numerics;

namespace Gateway.Core.Audio;

/// <summary>
/// WebM and Matroska (RFC 9559): the segment's duration; without one, as browsers record, the time of the last block.
/// </summary>
internal static class WebmElements
{
    private const int MostElements = 256;
    private const int TailBytes = 256 * 1024;
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long DefaultScale = 1_000_000;
    private const long MostTicks = 1L << 50;
    private const long Unknown = -1;

    private const uint Segment = 0x18538067;
    private const uint Info = 0x1549A966;
    private const uint TimestampScale = 0x2AD7B1;
    private const uint Duration = 0x4489;
    private const uint Cluster = 0x1F43B675;
    private const uint Timestamp = 0xE7;
    private const uint BlockGroup = 0xA0;
    private const uint Block = 0xA1;
    private const uint SimpleBlock = 0xA3;

    public static long? Seconds(AudioFile file)
    {
        var (scale, ticks) = (DefaultScale, 0L);
        long at = 0;
        for (var i = 0; i < MostElements && TryReadHead(file, at, out var id, out var size, out var head); i++)
        {
            at += head;
            switch (id)
            {
                case Segment or Info:
                    // Entered: what follows is inside.
                    continue;
                case TimestampScale when ReadNumber(file, at, size) is > 0 and <= NanosecondsPerSecond and var read:
                    scale = read;
                    break;
                case Duration when ReadFloat(file, at, size) is > 0 and var read:
                    ticks = read;
                    break;
                case Cluster:
                    return At(ticks > 0 ? ticks : LastTicks(file), scale);
            }

            if (size == Unknown)
            {
                break;
            }

            at += size;
        }

        return ticks > 0 ? At(ticks, scale) : null;
    }

    private static long? At(long ticks, long scale) => ticks > 0 ? AudioProbe.Whole((Int128)ticks * scale, NanosecondsPerSecond) : null;

    /// <summary>The time of the last block of the last cluster, where that lies at the file's end.</summary>
    private static long LastTicks(AudioFile file)
    {
        var from = Math.Max(0, file.Length - TailBytes);
        var tail = new byte[(int)(file.Length - from)];
        if (!file.TryRead(from, tail) || tail.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x1F, 0x43, 0xB6, 0x75]) is not (>= 0 and var begin))
        {
            return 0;
        }

        var memory = new AudioFile(tail.Length, (offset, into) =>
        {
            var rest = tail.AsSpan((int)offset);
            var count = Math.Min(rest.Length, into.Length);
            rest[..count].CopyTo(into);
            return count;
        });
        Span<byte> time = stackalloc byte[2];
        var (clock, last) = (0L, 0L);
        long at = begin;
        while (TryReadHead(memory, at, out var id, out var size, out var head))
        {
            at += head;
            switch (id)
            {
                case Cluster or BlockGroup:
                    continue;
                case Timestamp when ReadNumber(memory, at, size) is >= 0 and < MostTicks and var read:
                    clock = read;
                    break;
                case SimpleBlock or Block when TryReadNumber(memory, at, keepMark: false, out _, out var track):
                    last = memory.TryRead(at + track, time) ? Math.Max(last, BinaryPrimitives.ReadInt16BigEndian(time)) : last;
                    break;
            }

            if (size == Unknown)
            {
                break;
            }

            at += size;
        }

        return clock + last;
    }

    private static bool TryReadHead(AudioFile file, long at, out uint id, out long size, out int head)
    {
        (id, size, head) = (0, 0, 0);
        if (!TryReadNumber(file, at, keepMark: true, out var mark, out var first) || first > 4
            || !TryReadNumber(file, at + first, keepMark: false, out var length, out var second))
        {
            return false;
        }

        (id, head) = ((uint)mark, first + second);
        size = length == (1L << (7 * second)) - 1 ? Unknown : length;
        return true;
    }

    /// <summary>A number of EBML (RFC 8794, section 4): as many bytes as its first one has leading zeros, and one.</summary>
    private static bool TryReadNumber(AudioFile file, long at, bool keepMark, out long number, out int length)
    {
        Span<byte> bytes = stackalloc byte[8];
        (number, length) = (0, 0);
        var read = file.Read(at, bytes);
        if (read == 0 || bytes[0] == 0)
        {
            return false;
        }

        length = BitOperations.LeadingZeroCount((uint)bytes[0] << 24) + 1;
        if (read < length)
        {
            return false;
        }

        number = keepMark ? bytes[0] : bytes[0] & ((1 << (8 - length)) - 1);
        for (var i = 1; i < length; i++)
        {
            number = (number << 8) | bytes[i];
        }

        return true;
    }

    private static long? ReadNumber(AudioFile file, long at, long size)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        return size is > 0 and <= 8 && file.TryRead(at, bytes[(8 - (int)size)..]) && BinaryPrimitives.ReadInt64BigEndian(bytes) is >= 0 and var number ? number : null;
    }

    // The one number here that files hold as a float; it is rounded up at once.
    private static long? ReadFloat(AudioFile file, long at, long size)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (size is not (4 or 8) || !file.TryRead(at, bytes[..(int)size]))
        {
            return null;
        }

        var ticks = size == 4 ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadDoubleBigEndian(bytes);
        return ticks is > 0 and < MostTicks ? (long)Math.Ceiling(ticks) : null;
    }
}
