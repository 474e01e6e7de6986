namespace Gateway.Core.Tests.Images;

/// <summary>Builds a JPEG segment by segment.</summary>
internal sealed class JpegBytes
{
    private readonly List<byte> _bytes = [0xFF, 0xD8];

    public static byte[] Of(int width, int height, byte frame = 0xC0, int components = 3) =>
        new JpegBytes().Segment(0xE0, "JFIF\0\u0001\u0001\0\0\u0001\0\u0001\0\0"u8).Frame(width, height, frame, components).Scan().ToArray();

    public JpegBytes Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public JpegBytes Segment(byte code, ReadOnlySpan<byte> data)
    {
        int length = data.Length + 2;
        return Raw(0xFF, code, (byte)(length >> 8), (byte)length).Raw(data);
    }

    public JpegBytes Frame(int width, int height, byte frame = 0xC0, int components = 3)
    {
        List<byte> data = [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, (byte)components];
        for (int i = 1; i <= components; i++)
        {
            data.AddRange([(byte)i, 0x11, 0]);
        }

        return Segment(frame, data.ToArray());
    }

    public JpegBytes Scan() => Segment(0xDA, [1, 1, 0, 0, 63, 0]).Raw(0x12, 0x34, 0xFF, 0x00, 0x56, 0xFF, 0xD9);

    public byte[] ToArray() => [.. _bytes];
}
