using System.Buffers.Binary;

namespace Gateway.Testing;

/// <summary>Sound that nobody hears.</summary>
public static class Sounds
{
    /// <summary>A WAV of 16,000 samples a second, 16 bits, one channel.</summary>
    public static byte[] Wav(int seconds)
    {
        var wav = new byte[44 + (32_000 * seconds)];
        "RIFF"u8.CopyTo(wav);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        (wav[16], wav[20], wav[22], wav[32], wav[34]) = (16, 1, 1, 2, 16);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), 16_000);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), 32_000);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), wav.Length - 44);
        return wav;
    }
}
