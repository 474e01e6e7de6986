namespace Gateway.Core.Audio;

/// <summary>The header of one frame of MPEG audio (ISO 11172-3 and 13818-3, section 2.4.2.3).</summary>
/// <param name="BitRate">Bits a second.</param>
/// <param name="SampleRate">Samples a second.</param>
/// <param name="Samples">Samples of the frame.</param>
/// <param name="Length">Bytes of the frame, its header included.</param>
/// <param name="SideInfo">Bytes between the header and the main data, in layer III.</param>
/// <param name="HighestBitRate">That any frame of this kind may have.</param>
internal readonly record struct Mp3Frame(int BitRate, int SampleRate, int Samples, int Length, int SideInfo, int HighestBitRate)
{
    public const int HeaderLength = 4;

    // In kbit/s, by index 1 to 14.
    private static readonly int[][] BitRates =
    [
        [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448], // MPEG-1, layer I
        [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],    // MPEG-1, layer II
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],     // MPEG-1, layer III
        [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],    // MPEG-2 and 2.5, layer I
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],         // MPEG-2 and 2.5, layers II and III
    ];

    private static readonly int[] SampleRates = [44_100, 48_000, 32_000];

    public static bool TryRead(ReadOnlySpan<byte> bytes, out Mp3Frame frame)
    {
        frame = default;
        if (bytes.Length < HeaderLength || bytes[0] != 0xFF || (bytes[1] & 0xE0) != 0xE0)
        {
            return false;
        }

        var version = (bytes[1] >> 3) & 3; // 0: 2.5, 2: 2, 3: 1
        var layer = 4 - ((bytes[1] >> 1) & 3); // 4: reserved
        var (rateIndex, sampleIndex) = (bytes[2] >> 4, (bytes[2] >> 2) & 3);
        if (version == 1 || layer == 4 || rateIndex is 0 or 15 || sampleIndex == 3)
        {
            return false;
        }

        var first = version == 3;
        var rates = BitRates[first ? layer - 1 : layer == 1 ? 3 : 4];
        var bitRate = rates[rateIndex - 1] * 1000;
        var sampleRate = SampleRates[sampleIndex] >> (version switch { 3 => 0, 2 => 1, _ => 2 });
        var samples = layer == 1 ? 384 : layer == 3 && !first ? 576 : 1152;
        var padding = ((bytes[2] >> 1) & 1) * (layer == 1 ? 4 : 1);
        var mono = bytes[3] >> 6 == 3;
        frame = new Mp3Frame(
            bitRate,
            sampleRate,
            samples,
            (int)((long)samples / 8 * bitRate / sampleRate) + padding,
            (first, mono) switch { (true, false) => 32, (false, true) => 9, _ => 17 },
            rates[^1] * 1000);
        return true;
    }
}
