using Gateway.Core.Images;

namespace Gateway.Files;

/// <summary>
/// Tells what image a blob is. Its first bytes are enough for most; a GIF must be walked to its end, and a JPEG may keep its size behind a long
/// profile: these are read back whole, <see cref="AtOnce"/> at a time in the process.
/// </summary>
internal sealed class ImageInspector(IBlobStore blobs) : IDisposable
{
    private const int AtOnce = 2;
    private readonly SemaphoreSlim _turn = new(AtOnce);

    /// <summary>Looks at the beginning of a blob, or all of it.</summary>
    /// <param name="head">The first bytes.</param>
    /// <param name="isWhole">Whether no more follow.</param>
    /// <param name="limits">What is let in.</param>
    /// <param name="header">What it is, where these bytes tell; else null.</param>
    /// <returns>Why the image is refused, whatever may follow; else <see cref="ImageProblem.None"/>.</returns>
    public static ImageProblem Inspect(ReadOnlySpan<byte> head, bool isWhole, in ImageLimits limits, out ImageHeader? header)
    {
        var told = ImageProbe.TryInspect(head, limits, out var found, out var problem);
        header = told && (isWhole || found.Format != ImageFormat.Gif) ? found : null;
        return problem == ImageProblem.Truncated && !isWhole ? ImageProblem.None : problem;
    }

    /// <summary>Looks at all of a complete blob.</summary>
    /// <exception cref="FileStoreException">The blob cannot be read back.</exception>
    public async Task<(ImageHeader Header, ImageProblem Problem)> InspectAsync(Blob blob, ImageLimits limits, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Not from a pool: that would keep it.
            var bytes = GC.AllocateUninitializedArray<byte>(checked((int)blob.Bytes));
            await using var stream = await blobs.OpenAsync(blob, cancellationToken);
            await stream.ReadExactlyAsync(bytes, cancellationToken);
            ImageProbe.TryInspect(bytes, limits, out var header, out var problem);
            return (header, problem);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
