using System.Buffers;
using Microsoft.Extensions.Options;

namespace Gateway.Pipeline;

/// <summary>
/// Memory for request bodies, and the count of all that is out. Small ones come from the shared pool. Large ones are allocated to
/// measure, not to the next power of two, and a few are kept for the next large body.
/// </summary>
internal sealed class BodyBuffers(IOptions<GatewayOptions> options)
{
    private const int LargeFrom = 1 << 20;
    private const int KeepBytes = 64 << 20;
    private readonly long _most = options.Value.MaxBufferedBytes;
    private readonly Lock _gate = new();
    private readonly List<byte[]> _kept = [];
    private long _keptBytes;
    private long _out;

    /// <summary>Bytes of bodies held just now.</summary>
    public long Held => Interlocked.Read(ref _out);

    /// <summary>False where all bodies together would hold more than they may.</summary>
    public bool TryRent(int size, out byte[] buffer)
    {
        if (!TryCount(size))
        {
            buffer = [];
            return false;
        }

        buffer = size < LargeFrom ? ArrayPool<byte>.Shared.Rent(size) : RentLarge(size);
        return true;
    }

    /// <summary>Counts bytes that are held elsewhere: on disk. False where all bodies together would hold more than they may.</summary>
    public bool TryCount(long bytes)
    {
        if (Interlocked.Add(ref _out, bytes) <= _most)
        {
            return true;
        }

        Interlocked.Add(ref _out, -bytes);
        return false;
    }

    /// <summary>Ends the counting of such bytes.</summary>
    public void Uncount(long bytes) => Interlocked.Add(ref _out, -bytes);

    /// <param name="buffer">As rented.</param>
    /// <param name="size">The size that was asked for.</param>
    public void Return(byte[] buffer, int size)
    {
        Uncount(size);
        if (size < LargeFrom)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return;
        }

        lock (_gate)
        {
            if (_keptBytes + buffer.Length <= KeepBytes)
            {
                _kept.Add(buffer);
                _keptBytes += buffer.Length;
            }
        }
    }

    private byte[] RentLarge(int size)
    {
        lock (_gate)
        {
            // The first that fits without waste; there are never more than 64.
            var at = _kept.FindIndex(kept => kept.Length >= size && kept.Length / 2 <= size);
            if (at >= 0)
            {
                var found = _kept[at];
                _kept.RemoveAt(at);
                _keptBytes -= found.Length;
                return found;
            }
        }

        return GC.AllocateUninitializedArray<byte>(size);
    }
}
