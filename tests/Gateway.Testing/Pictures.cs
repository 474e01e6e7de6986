using System.Buffers.Binary;

namespace Gateway.Testing;

/// <summary>Images that consist of little more than their header.</summary>
public static class Pictures
{
    /// <summary>A PNG of the given size, followed by <paramref name="padding"/> bytes of nothing.</summary>
    public static byte[] Png(int width, int height, int padding = 0)
    {
        var png = new byte[45 + padding];
        ReadOnlySpan<byte> head = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R'];
        head.CopyTo(png);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        (png[24], png[25]) = (8, 2);
        return png;
    }

    public static string PngUrl(int width, int height, int padding = 0) => "data:image/png;base64," + Convert.ToBase64String(Png(width, height, padding));
}
