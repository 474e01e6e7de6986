using System.Buffers.Binary;

namespace Gateway.Core.Tests.Images;

/// <summary>Builds the beginning of a PNG.</summary>
internal static class PngBytes
{
    public static byte[] Of(uint width, uint height, int more = 0)
    {
        byte[] bytes = new byte[33 + more];
        ReadOnlySpan<byte> start = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];
        start.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(20), height);
        ReadOnlySpan<byte> rest = [8, 6, 0, 0, 0];
        rest.CopyTo(bytes.AsSpan(24));
        new Random(1).NextBytes(bytes.AsSpan(29));
        return bytes;
    }
}
