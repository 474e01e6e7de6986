using System.Buffers.Binary;

namespace Gateway.Core.Tests.Images;

/// <summary>Builds the three kinds of WEBP.</summary>
internal static class WebpBytes
{
    public static byte[] Lossy(int width, int height, int scale = 0)
    {
        byte[] data = [0x50, 0x42, 0x00, 0x9D, 0x01, 0x2A, 0, 0, 0, 0, 0x11, 0x22];
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(6), (ushort)(width | (scale << 14)));
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(8), (ushort)(height | (scale << 14)));
        return File("VP8 "u8, data);
    }

    public static byte[] Lossless(int width, int height, bool alpha = false)
    {
        byte[] data = [0x2F, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(
            data.AsSpan(1), (uint)(width - 1) | ((uint)(height - 1) << 14) | (alpha ? 1u << 28 : 0));
        return File("VP8L"u8, data);
    }

    public static byte[] Extended(int width, int height, bool animated)
    {
        byte[] data = new byte[10];
        data[0] = (byte)(animated ? 0x12 : 0x10);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(4), width - 1);
        data[7] = (byte)(height - 1);
        data[8] = (byte)((height - 1) >> 8);
        data[9] = (byte)((height - 1) >> 16);
        return File("VP8X"u8, data);
    }

    public static byte[] File(ReadOnlySpan<byte> chunk, ReadOnlySpan<byte> data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(length, 12 + data.Length);
        BinaryPrimitives.WriteInt32LittleEndian(length.AsSpan(4), data.Length);
        return [.. "RIFF"u8, .. length[..4], .. "WEBP"u8, .. chunk, .. length[4..], .. data];
    }
}
