using System.Buffers.Binary;

namespace Gateway.Simulator.OpenAi.Media;

/// <summary>Makes sound as files have it: a tone as PCM and WAV, frames of silence as MP3. Whatever else is asked for is made of PCM bytes.</summary>
internal static class Sound
{
    public const int SampleRate = 24_000;

    private const int BytesPerSample = 2;
    private const int WavHeaderLength = 44;

    // MPEG-2, layer III, 64 kbit/s, 24 kHz, mono: 576 samples in 192 bytes.
    private const int Mp3FrameSamples = 576;
    private const int Mp3FrameBytes = 192;

    public static byte[] Of(string format, int milliseconds) => format switch
    {
        "mp3" => Mp3(milliseconds),
        "wav" => Wav(milliseconds),
        _ => Pcm(milliseconds),
    };

    public static string ContentType(string format) => format switch
    {
        "opus" => "audio/opus",
        "aac" => "audio/aac",
        "flac" => "audio/flac",
        "wav" => "audio/wav",
        "pcm" => "audio/pcm",
        _ => "audio/mpeg",
    };

    /// <summary>How long a WAV file plays; of any other, a guess at 16 kB a second.</summary>
    public static int Milliseconds(ReadOnlySpan<byte> file)
    {
        var bytesPerSecond = file.Length > WavHeaderLength && file.StartsWith("RIFF"u8) ? BinaryPrimitives.ReadInt32LittleEndian(file[28..]) : 16_000;
        var bytes = file.StartsWith("RIFF"u8) ? file.Length - WavHeaderLength : file.Length;
        return bytesPerSecond <= 0 ? 0 : (int)(bytes * 1000L / bytesPerSecond);
    }

    private static byte[] Pcm(int milliseconds)
    {
        var samples = new byte[(long)SampleRate * milliseconds / 1000 * BytesPerSample];
        for (var i = 0; i < samples.Length; i += BytesPerSample)
        {
            // A saw of 200 Hz.
            BinaryPrimitives.WriteInt16LittleEndian(samples.AsSpan(i), (short)((i / BytesPerSample % 120 * 100) - 6000));
        }

        return samples;
    }

    private static byte[] Wav(int milliseconds)
    {
        var samples = Pcm(milliseconds);
        var wav = new byte[WavHeaderLength + samples.Length];
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), wav.Length - 8);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), SampleRate * BytesPerSample);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(32), BytesPerSample);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), BytesPerSample * 8);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), samples.Length);
        samples.CopyTo(wav, WavHeaderLength);
        return wav;
    }

    private static byte[] Mp3(int milliseconds)
    {
        var frames = Math.Max(1, ((SampleRate * milliseconds / 1000) + Mp3FrameSamples - 1) / Mp3FrameSamples);
        var mp3 = new byte[frames * Mp3FrameBytes];
        for (var frame = 0; frame < frames; frame++)
        {
            ReadOnlySpan<byte> header = [0xFF, 0xF3, 0x84, 0xC4];
            header.CopyTo(mp3.AsSpan(frame * Mp3FrameBytes));
        }

        return mp3;
    }
}
