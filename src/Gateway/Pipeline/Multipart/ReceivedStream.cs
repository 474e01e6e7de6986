using Gateway.Core.Errors;

namespace Gateway.Pipeline.Multipart;

/// <summary>
/// A client's body that is kept as it is read. It tells how far it was read, which the framework's multipart reader takes for the word of a stream that can
/// seek; it is never asked to.
/// </summary>
/// <param name="client">The body, expanded where it came compressed.</param>
/// <param name="encoding">As what it came compressed, or null.</param>
/// <param name="body">Keeps it.</param>
internal sealed class ReceivedStream(Stream client, string? encoding, UploadedBody body) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("How long a body is, is known at its end.");

    public override long Position
    {
        get => body.Length;
        set => throw new NotSupportedException("A body is read once, forward.");
    }

    /// <exception cref="BodyRefusedException">It cannot be kept.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await client.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException exception) when (encoding is not null)
        {
            throw new BodyRefusedException(GatewayError.BadEncoding(encoding, exception.Message), exception);
        }

        if (read > 0)
        {
            await body.AppendAsync(buffer[..read], cancellationToken);
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A request's body is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A body is read once, forward.");

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
