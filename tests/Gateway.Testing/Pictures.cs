using System.Buffers.Binary;

namespace Gateway.Testing;

/// <summary>Images that consist of little more than their header.</summary>
public static class Pictures
{
    private const int HeaderBytes = 45;

    /// <summary>What stands in every picture behind its header: bytes that Base64 spells with both of the characters in which its alphabets differ.</summary>
    public static ReadOnlyMemory<byte> Mark { get; } = (byte[])[.. "marked-image-"u8, 0xFB, 0xEF, 0xBE, 0xFF, 0xFE, 0x3F, .. "-bytes"u8];

    /// <summary>A PNG of the given size, followed by <see cref="Mark"/>, in <paramref name="padding"/> bytes where that is more.</summary>
    public static byte[] Png(int width, int height, int padding = 0)
    {
        var png = new byte[HeaderBytes + Math.Max(padding, Mark.Length)];
        ReadOnlySpan<byte> head = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R'];
        head.CopyTo(png);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        (png[24], png[25]) = (8, 2);
        Mark.CopyTo(png.AsMemory(HeaderBytes));
        return png;
    }

    public static string PngUrl(int width, int height, int padding = 0) => "data:image/png;base64," + Convert.ToBase64String(Png(width, height, padding));
}
