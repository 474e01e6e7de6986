using System.Buffers.Binary;

namespace Gateway.Core.Images;

/// <summary>
/// PNG (W3C Portable Network Graphics, third edition, 5.2 and 11.2.1): signature, then IHDR, which must come first.
/// Looks at the first 33 bytes. Its checksum is not verified. An animated PNG is a PNG whose further frames every reader may skip.
/// </summary>
internal static class PngHeader
{
    private const int Length = 33;
    private const int ChunkAt = 8;
    private const int SizeAt = 16;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    // Length 13 and type, as they begin the chunk.
    private static ReadOnlySpan<byte> HeaderChunk => [0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R'];

    public static ImageProblem Read(ref ImageBytes bytes, out ImageSize size)
    {
        size = default;
        Span<byte> header = stackalloc byte[Length];
        if (!bytes.TryRead(0, header))
        {
            return ImageProblem.Truncated;
        }

        if (!header[ChunkAt..].StartsWith(HeaderChunk))
        {
            return ImageProblem.Unreadable;
        }

        // Above 2^31 - 1 the numbers turn negative, which is as implausible as the format says they are.
        size = new ImageSize(
            BinaryPrimitives.ReadInt32BigEndian(header[SizeAt..]),
            BinaryPrimitives.ReadInt32BigEndian(header[(SizeAt + 4)..]));
        return ImageProblem.None;
    }
}
