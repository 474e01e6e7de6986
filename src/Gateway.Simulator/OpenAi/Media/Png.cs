using System.Buffers.Binary;
using System.IO.Compression;

namespace Gateway.Simulator.OpenAi.Media;

/// <summary>Makes PNG pictures: stripes in black and white, one bit a pixel, so that they are small whatever their size.</summary>
internal static class Png
{
    private static readonly uint[] Crc = [.. Enumerable.Range(0, 256).Select(CrcOf)];

    public static byte[] Of(int width, int height)
    {
        var row = new byte[1 + ((width + 7) / 8)];
        row.AsSpan(1).Fill(0x0F);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zlib.Write(row);
            }
        }

        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 1;
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Write(png, "IHDR"u8, header);
        Write(png, "IDAT"u8, packed.ToArray());
        Write(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Write(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(type);
        png.Write(content);
        var crc = uint.MaxValue;
        foreach (var value in type)
        {
            crc = Crc[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        foreach (var value in content)
        {
            crc = Crc[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        png.Write(number);
    }

    private static uint CrcOf(int value)
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }

        return crc;
    }
}
