using Gateway.Core.Streaming;

namespace Gateway.Files;

/// <summary>A stretch of a temporary file, read forward. Several may be open at once, and outlive each other.</summary>
internal sealed class TemporaryFileStream(TemporaryFile file, long offset, long length) : ForwardStream
{
    private long _position;

    public override long Length => length;

    public override long Position { get => _position; }

    /// <exception cref="IOException">The disk fails.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Min(buffer.Length, length - _position);
        if (wanted == 0)
        {
            return 0;
        }

        var read = await file.ReadAsync(offset + _position, buffer[..wanted], cancellationToken);
        _position += read;
        return read;
    }

}
