using Gateway.Core.Callers;
using Gateway.Core.Images;

namespace Gateway.Images;

/// <summary>
/// Learns the format and size of images behind http(s) URLs, several side by side. A URL is a secret: it is never kept, logged or
/// part of an error. For one tenant a URL is asked once at a time, however many ask for it; the tenants' fetches are apart, so that nobody
/// waits in another's turn.
/// </summary>
internal sealed partial class RemoteImageProbe(
    RemoteWorld world, FetchSlots slots, MemoryImageCache memory, SharedImageCache? shared, TimeProvider time, ILogger<RemoteImageProbe> logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(TenantId Tenant, ImageKey Key), Task<RemoteImage>> _flights = [];
    private readonly CancellationTokenSource _stopping = new();
    private volatile FetchPolicy? _policy;
    private bool _disposed;

    /// <summary>Asks for all of the images, within <c>images.fetch.timeout</c> in all.</summary>
    /// <param name="tenant">Whose turns are used.</param>
    /// <param name="urls">Untrusted.</param>
    /// <param name="settings">The catalog's <c>images.fetch</c>; the same instance for as long as it is in force, or some work is done anew.</param>
    /// <param name="limits">What images are let in.</param>
    /// <param name="ct">Ends this caller's wait. What is under way goes on to its deadline, for others and for the cache.</param>
    /// <returns>As many as there are URLs, in their order.</returns>
    public async ValueTask<RemoteImage[]> ProbeAsync(
        TenantId tenant, IReadOnlyList<string> urls, ImageFetchSettings settings, ImageLimits limits, CancellationToken ct)
    {
        var images = new RemoteImage[urls.Count];
        if (!settings.Enabled)
        {
            Array.Fill(images, RemoteImage.Unknown(UnknownSize.Disabled));
            return images;
        }

        ct.ThrowIfCancellationRequested();
        var policy = PolicyOf(settings, limits);
        var flights = new Task<RemoteImage>?[images.Length];
        for (var i = 0; i < images.Length; i++)
        {
            if (RemoteUrl.Parse(urls[i], policy, out var reason) is not { } url)
            {
                images[i] = RemoteImage.Unknown(reason);
                continue;
            }

            var key = policy.KeyOf(url);
            if (!memory.TryGet(key, out images[i]))
            {
                flights[i] = Join(tenant, key, url, policy);
            }
        }

        for (var i = 0; i < images.Length; i++)
        {
            if (flights[i] is { } flight)
            {
                images[i] = await flight.WaitAsync(ct);
            }
        }

        return images;
    }

    /// <summary>Ends what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] flights;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            flights = [.. _flights.Values];
        }

        await _stopping.CancelAsync();
        await Task.WhenAll(flights);
        _stopping.Dispose();
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

    private Task<RemoteImage> Join(TenantId tenant, ImageKey key, RemoteUrl url, FetchPolicy policy)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_flights.TryGetValue((tenant, key), out var flight))
            {
                flight = FlyAsync(tenant, key, url, policy);
                if (!flight.IsCompleted)
                {
                    _flights[(tenant, key)] = flight;
                }
            }

            return flight;
        }
    }

    /// <summary>One fetch and its bookkeeping, on its own deadline. Does not throw.</summary>
    private async Task<RemoteImage> FlyAsync(TenantId tenant, ImageKey key, RemoteUrl url, FetchPolicy policy)
    {
        try
        {
            using var deadline = new CancellationTokenSource(policy.Settings.Timeout, time);
            await using var stop = _stopping.Token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);

            // Off the caller's thread, and not before the flight is known. The time runs already.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return await LearnAsync(tenant, key, url, policy, deadline.Token);
        }
        catch (Exception e)
        {
            // Whatever it is, its text may hold the URL.
            Log.Failed(logger, e.GetType().Name);
            return RemoteImage.Unknown(UnknownSize.Failed);
        }
        finally
        {
            lock (_gate)
            {
                _flights.Remove((tenant, key));
            }
        }
    }

    private async Task<RemoteImage> LearnAsync(TenantId tenant, ImageKey key, RemoteUrl url, FetchPolicy policy, CancellationToken deadline)
    {
        // It may have landed between the caller's look and now.
        if (memory.TryGet(key, out var known))
        {
            return known;
        }

        FetchSlot? slot;
        bool waited;
        try
        {
            if (shared is not null && await shared.GetAsync(key, deadline) is { } elsewhere)
            {
                memory.Set(key, elsewhere);
                return elsewhere.Image;
            }

            var turn = slots.TakeAsync(tenant, deadline);
            waited = !turn.IsCompleted;
            slot = await turn;
        }
        catch (OperationCanceledException)
        {
            return RemoteImage.Unknown(UnknownSize.Busy);
        }

        if (slot is null)
        {
            return RemoteImage.Unknown(UnknownSize.Busy);
        }

        var fetched = await FetchAsync(slot, url, policy, waited, deadline);
        memory.Set(key, fetched);
        shared?.Set(key, fetched);
        return fetched.Image;
    }

    private async Task<FetchedImage> FetchAsync(FetchSlot slot, RemoteUrl url, FetchPolicy policy, bool waited, CancellationToken deadline)
    {
        var fetch = new RemoteFetch(world, policy, time);
        try
        {
            return await fetch.RunAsync(url, deadline);
        }
        catch (OperationCanceledException)
        {
            // What had less than the whole time says little about its origin.
            return new FetchedImage(RemoteImage.Unknown(UnknownSize.Timeout), waited ? TimeSpan.Zero : Freshness.OfFailure);
        }
        finally
        {
            slot.ReleaseAfter(fetch.Lookup);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The size of a remote image could not be asked for ({Kind}); this is a fault of the gateway. The image counts as one of unknown size.")]
        public static partial void Failed(ILogger logger, string kind);
    }
}
