namespace Gateway.Core.Streaming;

/// <summary>
/// What streams have in common that are read once, from start to end, and whose bytes are waited for: they neither seek nor write, and to read one
/// synchronously would block a thread.
/// </summary>
public abstract class ForwardStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <exception cref="NotSupportedException">It is known at the end alone.</exception>
    public override long Length => throw new NotSupportedException("How long it is, is known at its end.");

    /// <exception cref="NotSupportedException">It is set, or not counted.</exception>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException("It is read once, forward.");
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <exception cref="NotSupportedException">Always, unless its bytes are there without waiting.</exception>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    public sealed override void Flush()
    {
    }

    /// <exception cref="NotSupportedException">Always.</exception>
    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("It is read once, forward.");

    /// <exception cref="NotSupportedException">Always.</exception>
    public sealed override void SetLength(long value) => throw new NotSupportedException();

    /// <exception cref="NotSupportedException">Always.</exception>
    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
