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
/// uploaded one is known since its upload, and is sent from its store; (3) those behind URLs are asked for, all of a request side by side, or
/// fetched whole where they must go in the body.
/// </summary>
/// <param name="remote">Asks for images behind URLs.</param>
/// <param name="pictures">Fetches them whole; null where nothing is sent.</param>
/// <param name="files">The uploaded ones; null where there are none.</param>
/// <param name="logger">Told why the store of the uploaded ones failed, as the client is not.</param>
internal sealed partial class ImageResolver(RemoteImageProbe remote, RemotePictures? pictures, FileStore? files, ILogger<ImageResolver> logger)
{
    /// <param name="body">The whole body.</param>
    /// <param name="parts">Its images.</param>
    /// <param name="tenant">Who asks.</param>
    /// <param name="settings">What is let in, and fetched.</param>
    /// <param name="inlined">Holds the images behind URLs where they must go in the body; null where their sizes are enough.</param>
    /// <param name="ct">The client's patience.</param>
    public ValueTask<Outcome<SizedImage[]>> ResolveAsync(
        ReadOnlyMemory<byte> body, IReadOnlyList<ImagePart> parts, TenantId tenant, ImageSettings settings, HeldPictures? inlined, CancellationToken ct)
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

        return elsewhere ? AskAsync(body, images, tenant, settings, inlined, ct) : new(images);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<SizedImage[]>> AskAsync(
        ReadOnlyMemory<byte> body, SizedImage[] images, TenantId tenant, ImageSettings settings, HeldPictures? inlined, CancellationToken ct)
    {
        var error = await FindFilesAsync(body, images, tenant, settings.Limits, ct) ?? await AskRemoteAsync(body, images, tenant, settings, inlined, ct);
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

    private async ValueTask<GatewayError?> AskRemoteAsync(
        ReadOnlyMemory<byte> body, SizedImage[] images, TenantId tenant, ImageSettings settings, HeldPictures? inlined, CancellationToken ct)
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

        return urls.Count == 0 ? null
            : inlined is not null && pictures is not null ? await InlineAsync(images, indexes, urls, tenant, settings, inlined, ct)
            : await ProbeAsync(images, indexes, urls, tenant, settings, ct);
    }

    private async ValueTask<GatewayError?> ProbeAsync(
        SizedImage[] images, List<int> indexes, List<string> urls, TenantId tenant, ImageSettings settings, CancellationToken ct)
    {
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

    /// <summary>What cannot be fetched cannot be sent: no size is assumed here.</summary>
    private async ValueTask<GatewayError?> InlineAsync(
        SizedImage[] images, List<int> indexes, List<string> urls, TenantId tenant, ImageSettings settings, HeldPictures inlined, CancellationToken ct)
    {
        var fetched = await pictures!.FetchAsync(tenant, urls, settings.Fetch, settings.Limits, inlined, ct); // Looked at before.
        for (var i = 0; i < fetched.Length; i++)
        {
            var (part, picture) = (images[indexes[i]].Part, fetched[i]);
            if (picture.Image.IsRefused)
            {
                return ImageSizer.Refuse(picture.Image.Problem, part.Path, settings.Limits);
            }

            if (!picture.Image.IsKnown)
            {
                return picture.Image.Reason switch
                {
                    UnknownSize.TooMuchTogether => GatewayError.ImagesTooLarge(part.Path, inlined.Most),
                    UnknownSize.NoMemory => GatewayError.Overloaded(),
                    _ => GatewayError.ImageNotFetched(part.Path),
                };
            }

            images[indexes[i]] = new SizedImage(part, picture.Image.Header) { Content = Base64Of(picture.Bytes) };
        }

        return null;
    }

    private static StreamedInsert Base64Of(ArraySegment<byte> picture) => new(
        Base64Stream.LengthOf(picture.Count),
        _ => new(new Base64Stream(new MemoryStream(picture.Array!, picture.Offset, picture.Count, writable: false)))); // A known one has bytes.

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The store of files failed, and a request that names one was refused")]
        public static partial void StoreFailed(ILogger logger, Exception cause);
    }
}
