namespace Gateway.Core.Tests.Images;

/// <summary>Images as an attacker may send them.</summary>
internal static class HostileImages
{
    /// <summary>A sound image of each format and kind, and one that is animated.</summary>
    public static readonly byte[][] Seeds =
    [
        PngBytes.Of(640, 480, more: 40),
        JpegBytes.Of(640, 480),
        new JpegBytes().Segment(0xE1, new byte[70]).Raw(0xFF, 0xFF).Segment(0xE2, new byte[9]).Frame(640, 480, 0xC2, 4).Scan().ToArray(),
        WebpBytes.Lossy(640, 480),
        WebpBytes.Lossless(640, 480),
        WebpBytes.Extended(640, 480, animated: true),
        GifBytes.Still(64, 48),
        GifBytes.Animated(64, 48),
        new GifBytes(8, 8, colours: 0).Comment(20).Frame(8, 8, 20, colours: 2).Trailer(),
    ];

    /// <summary>Cuts an image short, now and then, and overwrites up to three of its bytes.</summary>
    public static byte[] Mutate(Random random, ReadOnlySpan<byte> seed)
    {
        byte[] bytes = random.Next(4) == 0 ? seed[..random.Next(seed.Length + 1)].ToArray() : seed.ToArray();
        for (int i = random.Next(4); i > 0 && bytes.Length > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = random.Next(3) switch
            {
                0 => 0,
                1 => 0xFF,
                _ => (byte)random.Next(256),
            };
        }

        return bytes;
    }
}
