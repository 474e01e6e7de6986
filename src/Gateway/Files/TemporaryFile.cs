namespace Gateway.Files;

/// <summary>Bytes on disk that nobody else can open, gone with <see cref="Dispose"/> or the process. One writes, before any reads.</summary>
internal sealed class TemporaryFile(FileStream stream) : IDisposable
{
    public long Length { get; private set; }

    /// <exception cref="IOException">The disk fails, or is full.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await RandomAccess.WriteAsync(stream.SafeFileHandle, bytes, Length, ct);
        Length += bytes.Length;
    }

    /// <summary>Fills the buffer as far as there are bytes.</summary>
    public int Read(long offset, Span<byte> into)
    {
        var filled = 0;
        while (filled < into.Length && RandomAccess.Read(stream.SafeFileHandle, into[filled..], offset + filled) is > 0 and var read)
        {
            filled += read;
        }

        return filled;
    }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> into, CancellationToken ct) => RandomAccess.ReadAsync(stream.SafeFileHandle, into, offset, ct);

    public void Dispose() => stream.Dispose();
}
