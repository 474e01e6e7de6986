namespace Gateway.Core.Tests.Images;

/// <summary>Builds a GIF block by block.</summary>
internal sealed class GifBytes
{
    private readonly List<byte> _bytes = [];

    /// <summary>Begins with the logical screen and its colours.</summary>
    /// <param name="width">Of the logical screen.</param>
    /// <param name="height">Of the logical screen.</param>
    /// <param name="colours">Of the global table: 0, or a power of two from 2 to 256.</param>
    public GifBytes(int width, int height, int colours = 4)
    {
        _bytes.AddRange("GIF89a"u8);
        Pair(width, height);
        _bytes.AddRange([TableFlags(colours), 0, 0]);
        Filled(3 * colours);
    }

    public static byte[] Still(int width, int height) =>
        new GifBytes(width, height).Control().Frame(width, height, 300).Trailer();

    public static byte[] Animated(int width, int height) =>
        new GifBytes(width, height).Loop().Control().Frame(width, height, 900).Control().Frame(1, 1, 2).Trailer();

    public GifBytes Control() => Raw(0x21, 0xF9, 4, 0, 10, 0, 0, 0);

    public GifBytes Loop() => Raw(0x21, 0xFF, 11).Raw("NETSCAPE2.0"u8).Raw(3, 1, 0, 0, 0);

    // A comment full of what would be frames, were it not skipped as data.
    public GifBytes Comment(int length)
    {
        Raw(0x21, 0xFE);
        return Data(length);
    }

    public GifBytes Frame(int width, int height, int dataLength, int left = 0, int top = 0, int colours = 0)
    {
        Raw(0x2C);
        Pair(left, top);
        Pair(width, height);
        Raw(TableFlags(colours));
        Filled(3 * colours);
        Raw(2);
        return Data(dataLength);
    }

    public GifBytes Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public byte[] Trailer() => Raw(0x3B).ToArray();

    public byte[] ToArray() => [.. _bytes];

    private static byte TableFlags(int colours) => colours == 0 ? (byte)0 : (byte)(0x80 | (int.Log2(colours) - 1));

    private GifBytes Data(int length)
    {
        for (; length > 0; length -= 255)
        {
            int block = Math.Min(length, 255);
            Raw((byte)block);
            Filled(block);
        }

        return Raw(0);
    }

    private void Filled(int length) => _bytes.AddRange(Enumerable.Repeat((byte)0x2C, length));

    private void Pair(int first, int second) =>
        _bytes.AddRange([(byte)first, (byte)(first >> 8), (byte)second, (byte)(second >> 8)]);
}
