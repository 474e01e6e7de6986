using System.Buffers;
using Gateway.Core.Streaming;

namespace Gateway.Files;

/// <summary>
/// Reads a blob chunk by chunk, forward only. No connection is held between chunks, so a slow reader costs a buffer and nothing of the database.
/// </summary>
/// <param name="blob">What to read.</param>
/// <param name="read">Fills the buffer with the chunk of this blob id and number; the length, or -1 where there is none.</param>
internal sealed class ChunkStream(Blob blob, Func<string, long, byte[], CancellationToken, Task<int>> read) : ForwardStream
{
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(PostgresBlobStore.ChunkBytes);
    private long _next;
    private int _at;
    private int _filled;
    private long _position;

    public override bool CanRead => _buffer is not null;

    public override long Length => blob.Bytes;

    public override long Position { get => _position; }

    /// <exception cref="FileStoreException">The database fails, or the blob was deleted meanwhile.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var chunk = _buffer;
        ObjectDisposedException.ThrowIf(chunk is null, this);
        if (_position == blob.Bytes || buffer.IsEmpty)
        {
            return 0;
        }

        if (_at == _filled)
        {
            var expected = (int)Math.Min(PostgresBlobStore.ChunkBytes, blob.Bytes - _position);
            if (await read(blob.Id, _next, chunk, cancellationToken) != expected)
            {
                throw new FileStoreException($"Chunk {_next} of blob {blob.Id} is not there, or not as long as it was written.", null);
            }

            (_at, _filled) = (0, expected);
            _next++;
        }

        var count = Math.Min(buffer.Length, _filled - _at);
        chunk.AsSpan(_at, count).CopyTo(buffer.Span);
        _at += count;
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        base.Dispose(disposing);
    }
}
