namespace Gateway.Core.Audio;

/// <summary>A file of audio, read a few bytes at a time where they are needed. Whatever its headers say, no more than <see cref="MostBytes"/> are read in all.</summary>
/// <param name="length">Bytes of the file.</param>
/// <param name="read">Reads them.</param>
public sealed class AudioFile(long length, ReadAt read)
{
    /// <summary>A megabyte: several times what any of the formats needs.</summary>
    public const int MostBytes = 1 << 20;

    private const int MostReads = 4096;
    private int _bytes;
    private int _reads;

    public long Length => length;

    /// <summary>Reads a stretch of the file, whole.</summary>
    /// <returns>False where the file ends before it, or has been read enough.</returns>
    public bool TryRead(long offset, Span<byte> into) => Read(offset, into) == into.Length;

    /// <summary>Reads a stretch of the file, as far as there is one.</summary>
    /// <returns>Bytes read: 0 where there are none, or where the file has been read enough.</returns>
    public int Read(long offset, Span<byte> into)
    {
        if (offset < 0 || offset >= length || into.IsEmpty || _reads == MostReads || into.Length > MostBytes - _bytes)
        {
            return 0;
        }

        _reads++;
        _bytes += into.Length;
        return read(offset, into[..(int)Math.Min(into.Length, length - offset)]);
    }
}
