using System.Security.Cryptography;
using Gateway.Core.Callers;

namespace Gateway.Files;

/// <summary>A blob on its way into the store, by one caller at a time. Disposed of without <see cref="Keep"/>, nothing of it stays.</summary>
internal abstract class BlobWriter(TenantId tenant, string id) : IAsyncDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _kept;

    /// <summary>Bytes written so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>What was written, once it is complete.</summary>
    public Blob? Blob { get; private set; }

    protected TenantId Tenant => tenant;

    protected string Id => id;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        _hash.AppendData(piece.Span);
        Bytes += piece.Length;
        return AppendAsync(piece, cancellationToken);
    }

    /// <summary>Makes it durable. Nothing can be written any more.</summary>
    public async Task<Blob> CompleteAsync(CancellationToken cancellationToken)
    {
        var blob = new Blob(tenant, id, Convert.ToHexStringLower(_hash.GetHashAndReset()), Bytes);
        await SealAsync(blob, cancellationToken);
        Blob = blob;
        return blob;
    }

    /// <summary>From now on the blob is somebody else's to delete.</summary>
    public void Keep() => _kept = true;

    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await CloseAsync(discard: !_kept);
    }

    protected abstract ValueTask AppendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken);

    protected abstract Task SealAsync(Blob blob, CancellationToken cancellationToken);

    /// <summary>Gives back what is held, and with <paramref name="discard"/> deletes the blob. Does not throw: the sweeper takes what stays.</summary>
    protected abstract ValueTask CloseAsync(bool discard);
}
