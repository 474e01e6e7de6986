namespace Gateway.Core.Audio;

/// <summary>
/// Tells how long a file of audio plays, from its headers, decoding nothing. The bytes decide what a file is. No input makes it throw, and none makes
/// it read more than <see cref="AudioFile.MostBytes"/>. A header that claims less than a format's highest bit rate allows for the bytes that are
/// there is not believed.
/// </summary>
public static class AudioProbe
{
    /// <summary>In bits a second: that of the narrowest speech codecs in use. A file whose headers do not tell is taken to be as long as it can be at this.</summary>
    public const long LowestBitRate = 6_000;

    /// <summary>A day. What claims to be longer does not tell.</summary>
    public const long MostSeconds = 86_400;

    private const int SignatureLength = 12;

    public static AudioLength Measure(AudioFile file)
    {
        var (format, begin) = FormatOf(file);
        var seconds = format switch
        {
            AudioFormat.Wav => WavHeader.Seconds(file),
            AudioFormat.Mp3 => Mp3Frames.Seconds(file, begin),
            AudioFormat.Flac => FlacHeader.Seconds(file, begin),
            AudioFormat.Ogg => OggPages.Seconds(file),
            AudioFormat.Mp4 => Mp4Boxes.Seconds(file),
            AudioFormat.WebM => WebmElements.Seconds(file),
            _ => null,
        };
        return seconds is > 0 and <= MostSeconds
            ? new AudioLength(format, seconds.Value, IsMeasured: true)
            : new AudioLength(format, Longest(file.Length), IsMeasured: false);
    }

    /// <summary>The most seconds that a file of so many bytes is taken to have.</summary>
    public static long Longest(long bytes) => AtRate(bytes, LowestBitRate);

    /// <summary>Seconds of so many bytes at a bit rate, a begun one as a whole.</summary>
    internal static long AtRate(long bytes, long bitsPerSecond) => Whole((Int128)bytes * 8, bitsPerSecond);

    /// <summary>A fraction rounded up; saturates.</summary>
    internal static long Whole(Int128 dividend, Int128 divisor) => (long)Int128.Min((dividend + divisor - 1) / divisor, long.MaxValue);

    private static (AudioFormat Format, long Begin) FormatOf(AudioFile file)
    {
        Span<byte> bytes = stackalloc byte[SignatureLength];
        var begin = Id3Tag.Skip(file);
        return !file.TryRead(begin, bytes) ? (AudioFormat.Unknown, 0)
            : begin > 0 ? (bytes.StartsWith("fLaC"u8) ? AudioFormat.Flac : AudioFormat.Mp3, begin)
            : (bytes.StartsWith("RIFF"u8) || bytes.StartsWith("RF64"u8)) && bytes[8..].StartsWith("WAVE"u8) ? (AudioFormat.Wav, 0)
            : bytes.StartsWith("fLaC"u8) ? (AudioFormat.Flac, 0)
            : bytes.StartsWith("OggS"u8) ? (AudioFormat.Ogg, 0)
            : bytes[4..].StartsWith("ftyp"u8) ? (AudioFormat.Mp4, 0)
            : bytes.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) ? (AudioFormat.WebM, 0)
            : Mp3Frame.TryRead(bytes, out _) ? (AudioFormat.Mp3, 0)
            : (AudioFormat.Unknown, 0);
    }
}
