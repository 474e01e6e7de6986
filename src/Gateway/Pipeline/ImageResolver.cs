using System.Data.Common;
using System.Runtime.CompilerServices;
using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Metering;
using Gateway.Core.Requests;
using Gateway.Files;
using Gateway.Forwarding;
using Gateway.Images;

namespace Gateway.Pipeline;

/// <summary>
/// The pipeline's fifth stage: what the header of each image says, wherever the image is. (1) One in the body is read in place; (2) an
/// uploaded one is known since its upload, and is sent from its store; (3) those behind URLs are asked for, all of a request side by side.
/// </summary>
/// <param name="remote">Asks for images behind URLs.</param>
/// <param name="files">The uploaded ones; null where there are none.</param>
/// <param name="logger">Told why the store of the uploaded ones failed, as the client is not.</param>
internal sealed partial class ImageResolver(RemoteImageProbe remote, FileStore? files, ILogger<ImageResolver> logger)
{
    public ValueTask<Outcome<SizedImage[]>> ResolveAsync(
        ReadOnlyMemory<byte> body, IReadOnlyList<ImagePart> parts, TenantId tenant, ImageSettings settings, CancellationToken ct)
    {
        var images = parts.Count == 0 ? [] : new SizedImage[parts.Count];
        var elsewhere = false;
        for (var i = 0; i < images.Length; i++)
        {
            var part = parts[i];
            if (part.Source is ImageSource.Remote or ImageSource.File)
            {
                images[i] = new SizedImage(part, null);
                elsewhere = true;
            }
            else if (ImageSizer.TrySize(body.Span, part, settings.Limits, out var header, out var error))
            {
                images[i] = new SizedImage(part, header);
            }
            else
            {
                return new(error);
            }
        }

        return elsewhere ? AskAsync(body, images, tenant, settings, ct) : new(images);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<SizedImage[]>> AskAsync(
        ReadOnlyMemory<byte> body, SizedImage[] images, TenantId tenant, ImageSettings settings, CancellationToken ct)
    {
        var error = await FindFilesAsync(body, images, tenant, settings.Limits, ct) ?? await ProbeAsync(body, images, tenant, settings, ct);
        return error is null ? images : error;
    }

    private async ValueTask<GatewayError?> FindFilesAsync(
        ReadOnlyMemory<byte> body, SizedImage[] images, TenantId tenant, ImageLimits limits, CancellationToken ct)
    {
        var found = new Dictionary<string, StoredFile?>(StringComparer.Ordinal);
        for (var i = 0; i < images.Length; i++)
        {
            var part = images[i].Part;
            if (part.Source != ImageSource.File)
            {
                continue;
            }

            var id = part.Text(body.Span) ?? "";
            if (!found.TryGetValue(id, out var file))
            {
                try
                {
                    found[id] = file = files is null ? null : await files.FindAsync(tenant, id, ct);
                }
                catch (Exception exception) when (exception is DbException or TimeoutException or IOException && !ct.IsCancellationRequested)
                {
                    Log.StoreFailed(logger, exception);
                    return GatewayError.FileStoreUnavailable();
                }
            }

            if (file is null)
            {
                return GatewayError.ImageFileNotFound(part.Path, id);
            }

            // What was let in when it was uploaded may not be any more.
            if (!limits.Allows(file.Header.Format) || file.Bytes > limits.MaxBytes)
            {
                return ImageSizer.Refuse(file.Bytes > limits.MaxBytes ? ImageProblem.TooLarge : ImageProblem.UnsupportedFormat, part.Path, limits);
            }

            images[i] = new SizedImage(part, file.Header) { Content = Base64Of(file) };
        }

        return null;
    }

    private StreamedInsert Base64Of(StoredFile file) =>
        new(Base64Stream.LengthOf(file.Bytes), async ct => new Base64Stream(await files!.OpenAsync(file, ct))); // It was found there.

    private async ValueTask<GatewayError?> ProbeAsync(
        ReadOnlyMemory<byte> body, SizedImage[] images, TenantId tenant, ImageSettings settings, CancellationToken ct)
    {
        var (indexes, urls) = (new List<int>(), new List<string>());
        for (var i = 0; i < images.Length; i++)
        {
            if (images[i].Part.Source == ImageSource.Remote)
            {
                if (images[i].Part.Text(body.Span) is not { } url)
                {
                    return GatewayError.ImageUrl(images[i].Part.Path);
                }

                indexes.Add(i);
                urls.Add(url);
            }
        }

        if (urls.Count == 0)
        {
            return null;
        }

        var learnt = await remote.ProbeAsync(tenant, urls, settings.Fetch, settings.Limits, ct);
        for (var i = 0; i < learnt.Length; i++)
        {
            var part = images[indexes[i]].Part;
            if (learnt[i].IsRefused)
            {
                return ImageSizer.Refuse(learnt[i].Problem, part.Path, settings.Limits);
            }

            if (learnt[i].IsKnown)
            {
                images[indexes[i]] = new SizedImage(part, learnt[i].Header);
            }
            else if (settings.Fetch.WhenUnknown == UnknownImagePolicy.Reject)
            {
                return GatewayError.ImageSizeUnknown(part.Path);
            }
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The store of files failed, and a request that names one was refused")]
        public static partial void StoreFailed(ILogger logger, Exception cause);
    }
}
