using System.Buffers.Binary;

namespace Gateway.Core.Audio;

/// <summary>FLAC: the samples that the first metadata block (RFC 9639, section 8.2) counts, over their rate.</summary>
internal static class FlacHeader
{
    // Behind the mark, the block's header, and the sizes of blocks and frames.
    private const int RateOffset = 4 + 4 + 10;

    public static long? Seconds(AudioFile file, long begin)
    {
        Span<byte> info = stackalloc byte[8];
        if (!file.TryRead(begin + RateOffset, info))
        {
            return null;
        }

        var packed = BinaryPrimitives.ReadUInt64BigEndian(info);
        var rate = (long)(packed >> 44);
        var channels = (long)((packed >> 41) & 7) + 1;
        var bits = (long)((packed >> 36) & 31) + 1;
        var samples = (long)(packed & 0xF_FFFF_FFFF);
        return rate == 0 || samples == 0
            ? null
            : Math.Max(AudioProbe.Whole(samples, rate), (file.Length - begin) * 8 / (rate * channels * bits));
    }
}
