using Gateway.Core.Errors;
using Gateway.Core.Streaming;

namespace Gateway.Pipeline.Multipart;

/// <summary>
/// A client's body that is kept as it is read. It tells how far it was read, which the framework's multipart reader takes for the word of a stream that can
/// seek; it is never asked to.
/// </summary>
/// <param name="client">The body, expanded where it came compressed.</param>
/// <param name="encoding">As what it came compressed, or null.</param>
/// <param name="body">Keeps it.</param>
internal sealed class ReceivedStream(Stream client, string? encoding, UploadedBody body) : ForwardStream
{
    public override bool CanSeek => true;

    public override long Position { get => body.Length; }

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

}
