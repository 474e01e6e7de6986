using System.Buffers.Binary;

namespace Gateway.Core.Audio;

/// <summary>Ogg (RFC 3533): the position that the last page of the first stream tells, over the rate that its first packet does.</summary>
internal static class OggPages
{
    private const int HeaderLength = 27;
    private const int LongestPage = HeaderLength + 255 + (255 * 255);
    private const int FirstPacket = 64;
    private const int OpusRate = 48_000;
    private const long HighestBitRate = 1_024_000;

    public static long? Seconds(AudioFile file)
    {
        Span<byte> page = stackalloc byte[HeaderLength];
        Span<byte> packet = stackalloc byte[FirstPacket];
        if (!file.TryRead(0, page) || file.Read(HeaderLength + page[26], packet) < FirstPacket / 2)
        {
            return null;
        }

        var (rate, skipped) = packet.StartsWith("OpusHead"u8) ? (OpusRate, BinaryPrimitives.ReadUInt16LittleEndian(packet[10..]))
            : packet.StartsWith("\u0001vorbis"u8) ? (BinaryPrimitives.ReadUInt32LittleEndian(packet[12..]), 0)
            : (0L, 0);
        if (rate == 0 || LastPosition(file, page.Slice(14, 4)) is not { } position)
        {
            return null;
        }

        return Math.Max(AudioProbe.Whole(Math.Max(0, position - skipped), rate), file.Length * 8 / HighestBitRate);
    }

    private static long? LastPosition(AudioFile file, ReadOnlySpan<byte> serial)
    {
        var tail = new byte[(int)Math.Min(2 * LongestPage, file.Length)];
        var read = file.Read(file.Length - tail.Length, tail);
        for (var end = read; tail.AsSpan(0, end).LastIndexOf("OggS"u8) is >= 0 and var at; end = at)
        {
            var page = tail.AsSpan(at, read - at);
            if (page.Length >= HeaderLength && page.Slice(14, 4).SequenceEqual(serial) && BinaryPrimitives.ReadInt64LittleEndian(page[6..]) is > 0 and var position)
            {
                return position;
            }
        }

        return null;
    }
}
