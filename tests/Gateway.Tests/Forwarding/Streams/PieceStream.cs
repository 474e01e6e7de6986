namespace Gateway.Tests.Forwarding.Streams;

/// <summary>Gives bytes piece by piece, one for each read: a first one, and then others of a length of their own.</summary>
/// <param name="bytes">All of them.</param>
/// <param name="first">Length of the first piece: 1 or more.</param>
/// <param name="each">Length of each that follows: 1 or more.</param>
internal sealed class PieceStream(byte[] bytes, int first, int each) : Stream
{
    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override int Read(Span<byte> buffer)
    {
        var length = Math.Min(Math.Min(_at < first ? first - _at : each, buffer.Length), bytes.Length - _at);
        bytes.AsSpan(_at, length).CopyTo(buffer);
        _at += length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
