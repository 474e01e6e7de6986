using System.Buffers.Binary;

namespace Gateway.Core.Audio;

/// <summary>
/// MPEG audio: the frames that a Xing, Info or VBRI header counts; without one, the bytes over the bit rates of frames that are looked at all over the
/// file, so that the first frame alone decides nothing.
/// </summary>
internal static class Mp3Frames
{
    private const int Window = 4096;
    private const int MostWindows = 16;
    private const int Looks = 16;
    private const int VbriOffset = 36;
    private const int VbriFrames = 14;

    public static long? Seconds(AudioFile file, long begin)
    {
        Span<byte> window = stackalloc byte[Window];
        Mp3Frame first = default;
        var found = false;
        for (var i = 0; i < MostWindows && !found; i++)
        {
            found = TryFind(file, ref begin, window, out first);
        }

        if (!found)
        {
            return null;
        }

        var bytes = file.Length - begin;
        var least = AudioProbe.AtRate(bytes, first.HighestBitRate);
        if (CountedFrames(file, begin, first) is { } frames)
        {
            return Math.Max(least, AudioProbe.Whole((Int128)frames * first.Samples, first.SampleRate));
        }

        // Each look stands for its share of the bytes.
        Int128 milliseconds = 0;
        for (var i = 0; i < Looks; i++)
        {
            var at = begin + (bytes / Looks * i);
            var rate = i > 0 && TryFind(file, ref at, window, out var frame) ? frame.BitRate : first.BitRate;
            milliseconds += (Int128)bytes * 8 * 1000 / Looks / rate;
        }

        return Math.Max(least, AudioProbe.Whole(milliseconds, 1000));
    }

    /// <summary>Finds a frame that another of its kind follows.</summary>
    /// <param name="file">Where to look.</param>
    /// <param name="at">From where on; afterwards where the frame begins, or where to look next.</param>
    /// <param name="window">To read into.</param>
    /// <param name="frame">The frame.</param>
    private static bool TryFind(AudioFile file, ref long at, Span<byte> window, out Mp3Frame frame)
    {
        Span<byte> next = stackalloc byte[Mp3Frame.HeaderLength];
        var read = file.Read(at, window);
        for (var i = 0; i <= read - Mp3Frame.HeaderLength; i++)
        {
            if (window[i] == 0xFF && Mp3Frame.TryRead(window[i..read], out frame) && frame.Length > Mp3Frame.HeaderLength)
            {
                var behind = i + frame.Length;
                var isLast = at + behind == file.Length;
                var follows = behind <= read - next.Length ? window.Slice(behind, next.Length) : file.TryRead(at + behind, next) ? next : default;
                if (isLast || (Mp3Frame.TryRead(follows, out var second) && second.SampleRate == frame.SampleRate && second.Samples == frame.Samples))
                {
                    at += i;
                    return true;
                }
            }
        }

        at += Math.Max(0, read - Mp3Frame.HeaderLength + 1);
        frame = default;
        return false;
    }

    private static long? CountedFrames(AudioFile file, long at, in Mp3Frame first)
    {
        Span<byte> header = stackalloc byte[VbriFrames + 4];
        if (file.TryRead(at + Mp3Frame.HeaderLength + first.SideInfo, header[..12])
            && (header.StartsWith("Xing"u8) || header.StartsWith("Info"u8))
            && (header[7] & 1) != 0)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(header[8..]) is > 0 and var frames ? frames : null;
        }

        return file.TryRead(at + VbriOffset, header) && header.StartsWith("VBRI"u8) && BinaryPrimitives.ReadUInt32BigEndian(header[VbriFrames..]) is > 0 and var counted
            ? counted
            : null;
    }
}
