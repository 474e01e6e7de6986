using Gateway.Core.Requests;

namespace Gateway.Forwarding;

/// <summary>
/// A spliced body as the stream that the proxy reads. The bytes behind it are pooled and go back while the answer may still be running,
/// so a read and <see cref="Close"/> exclude each other: no read ever sees bytes that another request owns by then.
/// </summary>
internal sealed class SplicedBodyStream(SplicedBody body) : Stream
{
    private readonly Lock _gate = new();
    private IReadOnlyList<ReadOnlyMemory<byte>>? _segments = body.Segments;
    private int _segment;
    private int _offset;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length { get; } = body.Length;

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether everything was read: the provider has the whole request.</summary>
    public bool IsConsumed { get; private set; } = body.Length == 0;

    /// <summary>Ends all reading. The bytes may be given back afterwards.</summary>
    public void Close(bool onlyIfConsumed, out bool closed)
    {
        lock (_gate)
        {
            closed = !onlyIfConsumed || IsConsumed;
            if (closed)
            {
                _segments = null;
            }
        }
    }

    public override int Read(Span<byte> buffer)
    {
        lock (_gate)
        {
            if (_segments is null)
            {
                return IsConsumed ? 0 : throw new IOException("The request's body was given back before it was read.");
            }

            var written = 0;
            while (written < buffer.Length && _segment < _segments.Count)
            {
                var rest = _segments[_segment].Span[_offset..];
                var count = Math.Min(rest.Length, buffer.Length - written);
                rest[..count].CopyTo(buffer[written..]);
                written += count;
                _offset += count;
                if (_offset == _segments[_segment].Length)
                {
                    _segment++;
                    _offset = 0;
                }
            }

            IsConsumed = _segment == _segments.Count;
            return written;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
