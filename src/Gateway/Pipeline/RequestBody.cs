namespace Gateway.Pipeline;

/// <summary>A whole request body in one stretch of pooled memory. It goes back once, by whoever is first to know that it is not needed.</summary>
internal sealed class RequestBody(BodyBuffers buffers, byte[] buffer, int size, int length) : IDisposable
{
    private byte[]? _buffer = buffer;

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } rented)
        {
            buffers.Return(rented, size);
        }
    }
}
