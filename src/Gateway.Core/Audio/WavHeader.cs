using System.Buffers.Binary;

namespace Gateway.Core.Audio;

/// <summary>RIFF WAVE: the bytes of the data chunk over those of a second, as the format chunk has it.</summary>
internal static class WavHeader
{
    private const int FirstChunk = 12;
    private const int ChunkHeader = 8;
    private const int FormatLength = 16;
    private const int MostChunks = 64;
    private const long MostSampleRate = 768_000;
    private const int MostBlockAlign = 1024;
    private const ushort Pcm = 1;
    private const ushort Float = 3;
    private const ushort ALaw = 6;
    private const ushort MuLaw = 7;
    private const ushort Extensible = 0xFFFE;

    public static long? Seconds(AudioFile file)
    {
        Span<byte> chunk = stackalloc byte[ChunkHeader];
        long bytesPerSecond = 0;
        long at = FirstChunk;
        for (var chunks = 0; chunks < MostChunks && file.TryRead(at, chunk); chunks++)
        {
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            at += ChunkHeader;
            if (chunk.StartsWith("fmt "u8))
            {
                bytesPerSecond = ReadFormat(file, at);
            }
            else if (chunk.StartsWith("data"u8))
            {
                // A writer that could not go back left nothing, or all ones.
                var rest = file.Length - at;
                var data = size == 0 || size > rest ? rest : size;
                return bytesPerSecond > 0 ? AudioProbe.Whole(data, bytesPerSecond) : null;
            }

            at += size + (size & 1);
        }

        return null;
    }

    /// <returns>Bytes of a second; 0 where that cannot be.</returns>
    private static long ReadFormat(AudioFile file, long at)
    {
        Span<byte> format = stackalloc byte[FormatLength];
        if (!file.TryRead(at, format))
        {
            return 0;
        }

        var tag = BinaryPrimitives.ReadUInt16LittleEndian(format);
        long channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        long rate = BinaryPrimitives.ReadUInt32LittleEndian(format[4..]);
        long stated = BinaryPrimitives.ReadUInt32LittleEndian(format[8..]);
        long bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        var align = channels * ((bits + 7) / 8);
        return rate is 0 or > MostSampleRate || align > MostBlockAlign ? 0
            : tag is Pcm or Float or ALaw or MuLaw or Extensible ? rate * align
            : stated <= MostSampleRate ? stated : 0;
    }
}
