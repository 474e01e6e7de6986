using System.Buffers.Binary;

namespace Gateway.Core.Images;

/// <summary>
/// GIF (CompuServe GIF89a, sections 17 to 27): the logical screen's size, enlarged to hold the first frame as browsers do,
/// and whether a second frame follows. Pixels are not decoded, but the way from the first frame to a second leads
/// over every block, so a still GIF is walked to its end: one length byte in 255 when it is well made, each byte once
/// at most when it is not.
/// </summary>
internal static class GifHeader
{
    private const int ScreenLength = 13;
    private const int DescriptorLength = 9;

    public static bool IsSignature(ReadOnlySpan<byte> start) => start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8);

    public static ImageProblem Read(ref ImageBytes bytes, out ImageSize size, out bool animated)
    {
        size = default;
        animated = false;

        Span<byte> header = stackalloc byte[ScreenLength];
        if (!bytes.TryRead(0, header))
        {
            return ImageProblem.Truncated;
        }

        ImageSize screen = ReadPair(header[6..]);
        long at = ScreenLength + ColourTableLength(header[10]);
        bool framed = false;
        while (true)
        {
            int block = bytes.ByteAt(at++);
            switch (block)
            {
                case 0x00: // some writers end a frame with one zero too many
                    continue;

                case '!': // an extension: a label, then data
                    at = SkipData(ref bytes, at + 1);
                    continue;

                case ',' when framed:
                    animated = true;
                    return ImageProblem.None;

                case ',' when bytes.TryRead(at, header[..DescriptorLength]):
                    framed = true;
                    size = Enclose(screen, ReadPair(header), ReadPair(header[4..]));
                    at = SkipData(ref bytes, at + DescriptorLength + ColourTableLength(header[8]) + 1);
                    continue;
            }

            // The trailer, the end of the bytes, or a block that no reader knows: what follows is not shown.
            return framed ? ImageProblem.None
                : block < 0 || block == ',' ? ImageProblem.Truncated
                : ImageProblem.Unreadable;
        }
    }

    // Data come in blocks that begin with their length; an empty one ends them.
    private static long SkipData(ref ImageBytes bytes, long at)
    {
        while (bytes.Ahead(at) is { IsEmpty: false } ahead)
        {
            int next = 0;
            while (next < ahead.Length)
            {
                int length = ahead[next++];
                if (length == 0)
                {
                    return at + next;
                }

                next += length;
            }

            at += next;
        }

        return at;
    }

    // Readers enlarge a screen that is too small for its first frame, or 0 x 0.
    private static ImageSize Enclose(ImageSize screen, ImageSize offset, ImageSize frame) => new(
        Math.Max(screen.Width, offset.Width + frame.Width),
        Math.Max(screen.Height, offset.Height + frame.Height));

    private static int ColourTableLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static ImageSize ReadPair(ReadOnlySpan<byte> data) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(data),
        BinaryPrimitives.ReadUInt16LittleEndian(data[2..]));
}
