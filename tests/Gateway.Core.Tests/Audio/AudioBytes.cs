using System.Buffers.Binary;
using System.Text;
using Gateway.Core.Audio;

namespace Gateway.Core.Tests.Audio;

/// <summary>Files of audio put together byte by byte, as long as they claim and no longer.</summary>
internal static class AudioBytes
{
    public static AudioLength Measure(byte[] file) => AudioProbe.Measure(new AudioFile(file.Length, (offset, into) =>
    {
        var rest = file.AsSpan((int)offset);
        var count = Math.Min(rest.Length, into.Length);
        rest[..count].CopyTo(into);
        return count;
    }));

    public static byte[] Wav(int sampleRate, short channels, short bits, int dataBytes, uint? claimed = null, byte[]? before = null)
    {
        var wav = new List<byte>();
        wav.AddRange("RIFF"u8);
        wav.AddRange(Le((uint)(36 + dataBytes)));
        wav.AddRange("WAVE"u8);
        wav.AddRange(before ?? []);
        wav.AddRange("fmt "u8);
        wav.AddRange(Le(16u));
        wav.AddRange([1, 0, (byte)channels, 0]);
        wav.AddRange(Le((uint)sampleRate));
        wav.AddRange(Le((uint)(sampleRate * channels * bits / 8)));
        wav.AddRange([(byte)(channels * bits / 8), 0, (byte)bits, 0]);
        wav.AddRange("data"u8);
        wav.AddRange(Le(claimed ?? (uint)dataBytes));
        wav.AddRange(new byte[dataBytes]);
        return [.. wav];
    }

    /// <summary>MPEG-1, layer III, 44.1 kHz, stereo, without padding; a frame of 128 kbit/s has 417 bytes and plays 26.1 ms.</summary>
    public static byte[] Mp3(int frames, byte[]? before = null, uint? counted = null)
    {
        var mp3 = new List<byte>(before ?? []);
        for (var i = 0; i < frames; i++)
        {
            var frame = new byte[417];
            (frame[0], frame[1], frame[2], frame[3]) = (0xFF, 0xFB, 0x90, 0x00);
            if (i == 0 && counted is { } count)
            {
                "Xing"u8.CopyTo(frame.AsSpan(36));
                frame[43] = 1;
                BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(44), count);
            }

            mp3.AddRange(frame);
        }

        return [.. mp3];
    }

    public static byte[] Id3(int size) => [.. "ID3"u8, 4, 0, 0, (byte)(size >> 21 & 0x7F), (byte)(size >> 14 & 0x7F), (byte)(size >> 7 & 0x7F), (byte)(size & 0x7F), .. new byte[size]];

    public static byte[] Flac(int rate, int channels, int bits, long samples, int bytes)
    {
        var flac = new byte[42 + bytes];
        "fLaC"u8.CopyTo(flac);
        flac[7] = 34;
        BinaryPrimitives.WriteUInt64BigEndian(flac.AsSpan(18), ((ulong)rate << 44) | ((ulong)(channels - 1) << 41) | ((ulong)(bits - 1) << 36) | (ulong)samples);
        return flac;
    }

    public static byte[] Opus(long position, ushort skipped, int bytes)
    {
        byte[] head = [.. "OpusHead"u8, 1, 1, (byte)skipped, (byte)(skipped >> 8), 0x80, 0xBB, 0, 0, 0, 0, 0, .. new byte[45]];
        return [.. Page(0, head), .. Page(48_000, new byte[bytes]), .. Page(position, [0])];
    }

    public static byte[] Mp4(uint timescale, uint duration, bool indexLast = false)
    {
        byte[] header = [0, 0, 0, 0, .. new byte[8], .. Be(timescale), .. Be(duration), .. new byte[80]];
        var index = Box("moov", Box("mvhd", header));
        var data = Box("mdat", new byte[5000]);
        var type = Box("ftyp", [.. "M4A "u8, 0, 0, 0, 0]);
        return indexLast ? [.. type, .. data, .. index] : [.. type, .. index, .. data];
    }

    public static byte[] WebM(double? duration, int lastBlock = 0)
    {
        Span<byte> ticks = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(ticks, duration ?? 0);
        byte[] length = duration is null ? [] : [0x44, 0x89, 0x88, .. ticks];
        byte[] info = [0x2A, 0xD7, 0xB1, 0x83, 0x0F, 0x42, 0x40, .. length];
        byte[] block = [0xA3, 0x84, 0x81, (byte)(lastBlock >> 8), (byte)lastBlock, 0x80];
        return
        [
            0x1A, 0x45, 0xDF, 0xA3, 0x84, 0x42, 0x86, 0x81, 0x01, 0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0x15, 0x49, 0xA9, 0x66, (byte)(0x80 | info.Length), .. info,
            0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xE7, 0x82, 0x13, 0x88, .. block,
        ];
    }

    private static byte[] Page(long position, byte[] packet)
    {
        var page = new byte[28 + packet.Length];
        "OggS"u8.CopyTo(page);
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(6), position);
        page[14] = 7;
        page[26] = 1;
        page[27] = (byte)packet.Length;
        packet.CopyTo(page, 28);
        return page;
    }

    private static byte[] Box(string type, byte[] content) => [.. Be((uint)content.Length + 8), .. Encoding.ASCII.GetBytes(type), .. content];

    private static byte[] Le(uint number) => [(byte)number, (byte)(number >> 8), (byte)(number >> 16), (byte)(number >> 24)];

    private static byte[] Be(uint number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
}
