using System.Buffers.Binary;

namespace Gateway.Core.Images;

/// <summary>
/// JPEG (ITU-T T.81, B.1 and B.2): walks from segment to segment, seeking over each, to the first frame header, which tells
/// the size whatever the coding (baseline, progressive, lossless) and the number of components. Looks at no more than
/// <see cref="MaxSteps"/> segments, fill bytes and stray bytes together, each through one window of
/// <see cref="ImageBytes.WindowLength"/> bytes. A picture whose height is told only after its first scan is refused.
/// </summary>
internal static class JpegHeader
{
    /// <summary>A file of 20 MiB has some 320 full segments; stray and fill bytes are few.</summary>
    public const int MaxSteps = 4096;

    private const byte Mark = 0xFF;

    public static ReadOnlySpan<byte> Signature => [Mark, 0xD8, Mark];

    public static ImageProblem Read(ref ImageBytes bytes, out ImageSize size)
    {
        size = default;
        long at = 2;
        for (int step = 0; step < MaxSteps; step++)
        {
            int mark = bytes.ByteAt(at++);
            int code = bytes.ByteAt(at);
            if (code < 0)
            {
                return ImageProblem.Truncated;
            }

            // Decoders pass over stray bytes between segments; a further FF is filling, and may be the mark itself.
            if (mark != Mark || code is 0x00 or Mark)
            {
                continue;
            }

            at++;
            switch (code)
            {
                case 0x01 or (>= 0xD0 and <= 0xD7): // stands alone, without a length
                    continue;
                case 0xD8 or 0xD9 or 0xDA: // another start, the end, or a scan: no frame header came before it
                    return ImageProblem.Unreadable;
                case >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC):
                    return ReadFrame(ref bytes, at, out size);
            }

            int length = (bytes.ByteAt(at) << 8) | bytes.ByteAt(at + 1);
            if (length < 2)
            {
                return length < 0 ? ImageProblem.Truncated : ImageProblem.Unreadable;
            }

            at += length;
        }

        return ImageProblem.Unreadable;
    }

    // Length, precision, height, width, number of components; then three bytes for each component.
    private static ImageProblem ReadFrame(ref ImageBytes bytes, long at, out ImageSize size)
    {
        size = default;
        Span<byte> frame = stackalloc byte[8];
        if (!bytes.TryRead(at, frame))
        {
            return ImageProblem.Truncated;
        }

        int components = frame[7];
        if (components == 0 || BinaryPrimitives.ReadUInt16BigEndian(frame) != frame.Length + (3 * components))
        {
            return ImageProblem.Unreadable;
        }

        size = new ImageSize(BinaryPrimitives.ReadUInt16BigEndian(frame[5..]), BinaryPrimitives.ReadUInt16BigEndian(frame[3..]));
        return ImageProblem.None;
    }
}
