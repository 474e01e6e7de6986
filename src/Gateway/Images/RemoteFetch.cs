using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Gateway.Core.Images;

namespace Gateway.Images;

/// <summary>
/// One image asked for, over its redirects. Each hop anew: 1 the URL is checked, 2 its host resolved once and every address checked,
/// 3 a connection made to those addresses alone, 4 the answer's head judged, 5 as much of its body read as tells the size, or all of it.
/// </summary>
/// <param name="world">The network.</param>
/// <param name="policy">What may be asked.</param>
/// <param name="time">The clock.</param>
/// <param name="whole">Takes the whole image; null where its size is enough.</param>
internal sealed class RemoteFetch(RemoteWorld world, FetchPolicy policy, TimeProvider time, HeldPictures? whole = null)
{
    private const int MostRedirects = 3;
    private const string Agent = "gateway-image-probe/1.0";

    private TimeSpan _fresh = Freshness.Longest;
    private Task _lookup = Task.CompletedTask;

    /// <summary>Ends with the last lookup, which may outlast the fetch: the system's cannot be called off.</summary>
    public Task Lookup => _lookup;

    /// <summary>The whole image, where it was asked for and is known.</summary>
    public ArraySegment<byte> Picture { get; private set; }

    /// <exception cref="OperationCanceledException">The deadline came first.</exception>
    public async Task<FetchedImage> RunAsync(RemoteUrl url, CancellationToken deadline)
    {
        RemoteImage image;
        try
        {
            image = await FollowAsync(url, deadline);
        }
        catch (HttpRequestException e) when (!deadline.IsCancellationRequested)
        {
            image = RemoteImage.Unknown(e.HttpRequestError switch
            {
                HttpRequestError.ConnectionError => UnknownSize.ConnectFailed,
                HttpRequestError.SecureConnectionError => UnknownSize.TlsFailed,
                _ => UnknownSize.BrokenAnswer,
            });
        }
        catch (IOException) when (!deadline.IsCancellationRequested)
        {
            image = RemoteImage.Unknown(UnknownSize.BrokenAnswer);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // What breaks off because the deadline did it.
            throw new OperationCanceledException(deadline);
        }

        return new FetchedImage(image, image.IsKnown || _fresh < Freshness.OfFailure ? _fresh : Freshness.OfFailure);
    }

    private async Task<RemoteImage> FollowAsync(RemoteUrl url, CancellationToken deadline)
    {
        for (var redirects = 0; ; redirects++)
        {
            var (addresses, reason) = await ResolveAsync(url, deadline);
            if (addresses is null)
            {
                return RemoteImage.Unknown(reason);
            }

            using var connection = new PinnedConnection(world, time, addresses, deadline);
            using var request = Request(url);
            using var response = await connection.SendAsync(request);
            _fresh = TimeSpan.FromTicks(Math.Min(_fresh.Ticks, Freshness.Of(response.Headers).Ticks));
            if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                return await ReadAsync(response, deadline);
            }

            if (redirects == MostRedirects || !response.Headers.NonValidated.TryGetValues("Location", out var targets) || targets.Count != 1)
            {
                return RemoteImage.Unknown(UnknownSize.RedirectNotAllowed);
            }

            if (url.Follow(targets.ToString(), policy, out reason) is not { } next)
            {
                return RemoteImage.Unknown(reason);
            }

            url = next;
        }
    }

    private async ValueTask<(IPAddress[]? Addresses, UnknownSize Reason)> ResolveAsync(RemoteUrl url, CancellationToken deadline)
    {
        IPAddress[] addresses;
        if (url.Literal is { } literal)
        {
            addresses = [literal];
        }
        else
        {
            try
            {
                var lookup = world.Resolve(url.Host);
                _lookup = lookup;
                addresses = await lookup.WaitAsync(deadline);
            }
            catch (Exception e) when (e is SocketException or ArgumentException)
            {
                return (null, UnknownSize.NameNotResolved);
            }
        }

        if (addresses.Length == 0)
        {
            return (null, UnknownSize.NameNotResolved);
        }

        // One that may not be asked condemns the others: a name that has both is made to be asked twice.
        return addresses.All(address => policy.Allows(AddressRanges.ReachOf(address)))
            ? ([.. addresses.Select(static address => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)], UnknownSize.None)
            : (null, UnknownSize.AddressNotPublic);
    }

    private HttpRequestMessage Request(RemoteUrl url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url.Address) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (whole is null)
        {
            request.Headers.Range = new RangeHeaderValue(0, policy.Settings.MaxHeaderBytes - 1);
        }

        request.Headers.ConnectionClose = true;
        request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        request.Headers.TryAddWithoutValidation("Accept", "image/*");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        return request;
    }

    private async ValueTask<RemoteImage> ReadAsync(HttpResponseMessage response, CancellationToken deadline)
    {
        // A part that nobody asked for is not the image.
        if (response.StatusCode != HttpStatusCode.OK && (whole is not null || response.StatusCode != HttpStatusCode.PartialContent))
        {
            return RemoteImage.Unknown(UnknownSize.HttpStatus);
        }

        var head = response.Content.Headers;
        if (IsEncoded(response))
        {
            return RemoteImage.Unknown(UnknownSize.Encoded);
        }

        var total = head.ContentLength;
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (head.ContentRange is not { Unit: "bytes", From: 0 } range)
            {
                return RemoteImage.Unknown(UnknownSize.BrokenAnswer);
            }

            total = range.Length;
        }

        var page = Text(head.NonValidated, "Content-Type") is { } type
            && (type.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/xhtml", StringComparison.OrdinalIgnoreCase));
        if (total > policy.Limits.MaxBytes)
        {
            return page ? RemoteImage.Unknown(UnknownSize.WebPage) : RemoteImage.Refused(ImageProblem.TooLarge);
        }

        await using var content = await response.Content.ReadAsStreamAsync(deadline);
        RemoteImage image;
        if (whole is null)
        {
            image = await HeaderReader.ReadAsync(content, policy.Settings.MaxHeaderBytes, policy.Limits, deadline);
        }
        else
        {
            (image, Picture) = await PictureReader.ReadAsync(content, head.ContentLength, policy.Limits, whole, deadline);
        }

        // A page for browsers - to sign in, to prove oneself human - says nothing of what the provider will be given.
        return page && image.Problem == ImageProblem.UnsupportedFormat ? RemoteImage.Unknown(UnknownSize.WebPage) : image;
    }

    // As text: what the parser does not understand it leaves out, and so might an encoding be.
    private static bool IsEncoded(HttpResponseMessage response) =>
        !Is(Text(response.Content.Headers.NonValidated, "Content-Encoding"), "identity")
        || !Is(Text(response.Headers.NonValidated, "Transfer-Encoding"), "chunked");

    private static bool Is(string? value, string usual) => value is null || value.Trim().Equals(usual, StringComparison.OrdinalIgnoreCase);

    private static string? Text(HttpHeadersNonValidated headers, string name) => headers.TryGetValues(name, out var values) ? values.ToString() : null;
}
