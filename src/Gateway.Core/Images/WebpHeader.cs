using System.Buffers.Binary;

namespace Gateway.Core.Images;

/// <summary>
/// WEBP (RFC 9649): a RIFF file whose first chunk is lossy (VP8), lossless (VP8L) or extended (VP8X), which tells the canvas
/// and whether it moves. Looks at the first 30 bytes, or 25 of a lossless file.
/// </summary>
internal static class WebpHeader
{
    private const int ChunkAt = 12;
    private const int DataAt = 20;
    private const int LossyLength = 30;
    private const int LosslessLength = 25;
    private const byte LosslessMark = 0x2F;
    private const byte AnimationFlag = 0x02;
    private const int FourteenBits = 0x3FFF;

    private static ReadOnlySpan<byte> KeyFrameMark => [0x9D, 0x01, 0x2A];

    public static bool IsSignature(ReadOnlySpan<byte> start) =>
        start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8);

    public static ImageProblem Read(ref ImageBytes bytes, out ImageSize size, out bool animated)
    {
        size = default;
        animated = false;

        Span<byte> header = stackalloc byte[LossyLength];
        if (!bytes.TryRead(0, header[..LosslessLength]))
        {
            return ImageProblem.Truncated;
        }

        ReadOnlySpan<byte> chunk = header.Slice(ChunkAt, 4);
        if (chunk.SequenceEqual("VP8L"u8))
        {
            return ReadLossless(header[DataAt..], out size);
        }

        if (!bytes.TryRead(0, header))
        {
            return ImageProblem.Truncated;
        }

        if (chunk.SequenceEqual("VP8 "u8))
        {
            return ReadLossy(header[DataAt..], out size);
        }

        if (chunk.SequenceEqual("VP8X"u8))
        {
            animated = (header[DataAt] & AnimationFlag) != 0;
            size = new ImageSize(ReadInt24(header[(DataAt + 4)..]) + 1, ReadInt24(header[(DataAt + 7)..]) + 1);
            return ImageProblem.None;
        }

        return ImageProblem.Unreadable;
    }

    // Frame tag of three bytes, of which bit 0 is clear in a key frame; mark; two numbers of 14 bits under 2 of scale.
    private static ImageProblem ReadLossy(ReadOnlySpan<byte> data, out ImageSize size)
    {
        size = new ImageSize(
            BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & FourteenBits,
            BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & FourteenBits);
        return (data[0] & 1) == 0 && data[3..].StartsWith(KeyFrameMark) ? ImageProblem.None : ImageProblem.Unreadable;
    }

    // Mark; width - 1 and height - 1 of 14 bits each; one bit of alpha; three of version, which are zero.
    private static ImageProblem ReadLossless(ReadOnlySpan<byte> data, out ImageSize size)
    {
        uint bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
        size = new ImageSize((int)(bits & FourteenBits) + 1, (int)((bits >> 14) & FourteenBits) + 1);
        return data[0] == LosslessMark && bits >> 29 == 0 ? ImageProblem.None : ImageProblem.Unreadable;
    }

    private static int ReadInt24(ReadOnlySpan<byte> data) => data[0] | (data[1] << 8) | (data[2] << 16);
}
