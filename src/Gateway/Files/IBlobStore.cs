using Gateway.Core.Callers;

namespace Gateway.Files;

/// <summary>
/// Where the bytes of files lie: in the data directory beside SQLite, or in PostgreSQL. It knows nothing of files; what no row of
/// <c>file_contents</c> refers to is left over and goes with <see cref="SweepAsync"/>. Every method throws <see cref="FileStoreException"/> where
/// the store fails.
/// </summary>
internal interface IBlobStore
{
    /// <summary>Begins a blob. It is gone again when the writer is disposed of, unless it is kept.</summary>
    ValueTask<BlobWriter> CreateAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>A stream to be read once, from the first byte to the last of <see cref="Blob.Bytes"/>.</summary>
    ValueTask<Stream> OpenAsync(Blob blob, CancellationToken cancellationToken);

    /// <summary>Deletes a blob that nothing refers to any more; nothing happens where it is gone already.</summary>
    Task DeleteAsync(Blob blob, CancellationToken cancellationToken);

    /// <summary>Deletes what is left over of uploads that never ended.</summary>
    /// <param name="before">What was begun at this time or later may still be on its way, and stays.</param>
    /// <param name="cancellationToken">Ends the sweep where it is.</param>
    /// <returns>How many blobs were deleted.</returns>
    Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
