using Gateway.Core.Callers;
using Gateway.Core.Images;
using Microsoft.Extensions.Options;

namespace Gateway.Images;

/// <summary>
/// Fetches whole images from behind http(s) URLs, for providers that fetch none: under the same guard, in the same turns and as secretly as
/// <see cref="RemoteImageProbe"/> asks for their sizes. Nothing is kept beyond the request.
/// </summary>
internal sealed partial class RemotePictures(
    RemoteWorld world, FetchSlots slots, IOptions<ImageFetchOptions> options, TimeProvider time, ILogger<RemotePictures> logger)
{
    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(options.Value.DownloadSeconds);
    private volatile FetchPolicy? _policy;

    /// <summary>Fetches all of the images side by side, each URL once, within <see cref="ImageFetchOptions.DownloadSeconds"/> in all.</summary>
    /// <param name="tenant">Whose turns are used.</param>
    /// <param name="urls">Untrusted.</param>
    /// <param name="settings">The catalog's <c>images.fetch</c>; its own timeout is for headers alone.</param>
    /// <param name="limits">What images are let in.</param>
    /// <param name="held">Takes the memory, and gives it back when it is disposed.</param>
    /// <param name="ct">Ends the fetching.</param>
    /// <returns>As many as there are URLs, in their order.</returns>
    public async ValueTask<RemotePicture[]> FetchAsync(
        TenantId tenant, IReadOnlyList<string> urls, ImageFetchSettings settings, ImageLimits limits, HeldPictures held, CancellationToken ct)
    {
        if (!settings.Enabled)
        {
            return [.. urls.Select(static _ => Unknown(UnknownSize.Disabled))];
        }

        var policy = PolicyOf(settings, limits);
        using var clock = new CancellationTokenSource(_timeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, ct);
        var fetches = new Dictionary<string, Task<RemotePicture>>(StringComparer.Ordinal);
        foreach (var url in urls)
        {
            if (!fetches.ContainsKey(url))
            {
                fetches[url] = RemoteUrl.Parse(url, policy, out var reason) is { } parsed
                    ? FetchAsync(tenant, parsed, policy, held, deadline.Token)
                    : Task.FromResult(Unknown(reason));
            }
        }

        // To the last of them, whatever becomes of the others: they write into memory that is about to be given back.
        await Task.WhenAll(fetches.Values);
        ct.ThrowIfCancellationRequested();
        var pictures = new RemotePicture[urls.Count];
        for (var i = 0; i < pictures.Length; i++)
        {
            pictures[i] = await fetches[urls[i]];
        }

        return pictures;
    }

    private static RemotePicture Unknown(UnknownSize reason) => new(RemoteImage.Unknown(reason), default);

    /// <summary>One fetch. Does not throw.</summary>
    private async Task<RemotePicture> FetchAsync(TenantId tenant, RemoteUrl url, FetchPolicy policy, HeldPictures held, CancellationToken deadline)
    {
        FetchSlot? slot;
        try
        {
            slot = await slots.TakeAsync(tenant, deadline);
        }
        catch (OperationCanceledException)
        {
            return Unknown(UnknownSize.Busy);
        }

        if (slot is null)
        {
            return Unknown(UnknownSize.Busy);
        }

        var fetch = new RemoteFetch(world, policy, time, held);
        try
        {
            // Off the caller's thread, so that the images are asked for side by side.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var fetched = await fetch.RunAsync(url, deadline);
            return new RemotePicture(fetched.Image, fetch.Picture);
        }
        catch (OperationCanceledException)
        {
            return Unknown(UnknownSize.Timeout);
        }
        catch (Exception e)
        {
            // Whatever it is, its text may hold the URL.
            Log.Failed(logger, e.GetType().Name);
            return Unknown(UnknownSize.Failed);
        }
        finally
        {
            slot.ReleaseAfter(fetch.Lookup);
        }
    }

    private FetchPolicy PolicyOf(ImageFetchSettings settings, ImageLimits limits)
    {
        var policy = _policy;
        if (policy is null || !policy.IsOf(settings, limits))
        {
            _policy = policy = new FetchPolicy(settings, limits);
        }

        return policy;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A remote image could not be fetched ({Kind}); this is a fault of the gateway. Its request was refused.")]
        public static partial void Failed(ILogger logger, string kind);
    }
}
