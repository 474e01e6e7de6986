using System.Buffers.Binary;
using System.IO.Compression;

namespace Gateway.Conformance.Running;

/// <summary>Whole PNG files of any size, black all over.</summary>
internal static class Png
{
    public static byte[] Of(int width, int height)
    {
        using var file = new MemoryStream();
        file.Write([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n']);

        // One bit a pixel, grey, no interlace.
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 1;
        Write(file, "IHDR"u8, header);

        using var rows = new MemoryStream();
        using (var zlib = new ZLibStream(rows, CompressionLevel.Optimal, leaveOpen: true))
        {
            // Each row begins with its filter, none.
            zlib.Write(new byte[height * (1 + ((width + 7) / 8))]);
        }

        Write(file, "IDAT"u8, rows.ToArray());
        Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    public static string DataUrl(int width, int height) => $"data:image/png;base64,{Convert.ToBase64String(Of(width, height))}";

    private static void Write(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        file.Write(number);
    }

    // The specification's CRC-32, bit by bit.
    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var octet in data)
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return crc;
    }
}
