using Microsoft.Extensions.Options;

namespace Gateway.Images;

/// <summary>The memory of pictures that are fetched whole, to go in a request's body: how much all requests hold together.</summary>
internal sealed class PictureMemory(IOptions<ImageFetchOptions> options)
{
    private readonly ImageFetchOptions _options = options.Value;
    private long _held;

    /// <summary>Bytes held just now.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>The pictures of one request; disposed when nobody sends them any more.</summary>
    public HeldPictures Begin() => new(this, _options.MaxInlinedBytesPerRequest);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= _options.MaxInlinedBytes)
        {
            return true;
        }

        Interlocked.Add(ref _held, -bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _held, -bytes);
}
