using System.IO.Compression;
using System.Text;
using Gateway.Core.Images;
using Gateway.Images;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Images;

/// <summary>What is learned of an image from origins good and bad.</summary>
public sealed class RemoteImageTests : IAsyncDisposable
{
    private const string Url = "http://images.example/a.png";

    private readonly StubWorld _world = new();

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Size_is_learned_and_the_request_says_no_more_than_it_must()
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(640, 480)));

        var image = await _world.AskAsync("http://Images.EXAMPLE/a%20b/c.png?sig=1%2F2#part", Timeout);

        image.IsKnown.ShouldBeTrue();
        image.Header.ShouldBe(new ImageHeader(ImageFormat.Png, new ImageSize(640, 480), false));
        var lines = origin.Requests.ShouldHaveSingleItem().TrimEnd().Split("\r\n");
        lines.Order(StringComparer.Ordinal).ShouldBe(
        [
            "Accept-Encoding: identity",
            "Accept: image/*",
            "Connection: close",
            "GET /a%20b/c.png?sig=1%2F2 HTTP/1.1",
            "Host: images.example",
            "Range: bytes=0-262143",
            "User-Agent: gateway-image-probe/1.0",
        ]);
    }

    [Fact]
    public async Task Images_of_a_request_are_asked_side_by_side_and_answered_in_their_order()
    {
        using var both = new Barrier(2);
        var origins = new[] { (10, "93.184.216.1"), (20, "93.184.216.2") };
        foreach (var (width, address) in origins)
        {
            _world.Name($"host{width}.example", address).At(address, Origin.Answering(async (stream, ct) =>
            {
                // Neither is answered before the other has asked.
                await Task.Run(() => both.SignalAndWait(ct), ct);
                await stream.WriteAsync(Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\n\r\n"), ct);
                await stream.WriteAsync(Pictures.Png(width, 1), ct);
            }));
        }

        var images = await _world.Probe.ProbeAsync(
            StubWorld.Tenant, ["http://host20.example/", "nonsense", "http://host10.example/"], _world.Settings, _world.Limits, Timeout);

        images.Select(image => (image.Reason, image.Header.Size.Width)).ShouldBe([(UnknownSize.None, 20), (UnknownSize.UrlNotAllowed, 0), (UnknownSize.None, 10)]);
    }

    [Fact]
    public async Task Partial_content_serves_as_well_as_the_whole()
    {
        _world.Host(Origin.Saying("HTTP/1.1 206 Partial Content\nContent-Range: bytes 0-44/900000\nContent-Length: 45", Pictures.Png(3, 4)));

        (await _world.AskAsync(Url, Timeout)).Header.Size.ShouldBe(new ImageSize(3, 4));
    }

    [Theory]
    [InlineData("HTTP/1.1 206 Partial Content\nContent-Range: bytes 5-49/50")]
    [InlineData("HTTP/1.1 206 Partial Content\nContent-Type: multipart/byteranges; boundary=x")]
    [InlineData("HTTP/1.1 206 Partial Content\nContent-Range: lines 0-44/50")]
    [InlineData("HTTP/1.1 banana")]
    [InlineData("SSH-2.0-OpenSSH_9.6")]
    public async Task Answer_that_is_not_what_was_asked_for_tells_nothing(string head)
    {
        _world.Host(Origin.Saying(head, Pictures.Png(3, 4)));

        (await _world.AskAsync(Url, Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.BrokenAnswer));
    }

    [Theory]
    [InlineData("204 No Content")]
    [InlineData("304 Not Modified")]
    [InlineData("401 Unauthorized")]
    [InlineData("404 Not Found")]
    [InlineData("416 Range Not Satisfiable")]
    [InlineData("500 Internal Server Error")]
    public async Task Other_statuses_tell_nothing(string status)
    {
        _world.Host(Origin.Saying($"HTTP/1.1 {status}\nContent-Type: image/png", Pictures.Png(3, 4)));

        (await _world.AskAsync(Url, Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.HttpStatus));
    }

    [Fact]
    public async Task Jpeg_behind_200_KB_of_preamble_is_read_through_it()
    {
        _world.Host(Origin.Serving(Jpeg(preamble: 200_000, padding: 3_000_000)));

        (await _world.AskAsync(Url, Timeout)).Header.ShouldBe(new ImageHeader(ImageFormat.Jpeg, new ImageSize(4000, 3000), false));
    }

    [Fact]
    public async Task Header_that_begins_beyond_the_most_read_stays_unknown()
    {
        _world.Host(Origin.Serving(Jpeg(preamble: 300_000, padding: 0)));

        (await _world.AskAsync(Url, Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.HeaderTooLong));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    public async Task Image_that_ends_before_its_header_stays_unknown(int length)
    {
        _world.Host(Origin.Serving(Pictures.Png(3, 4)[..length]));

        (await _world.AskAsync(Url, Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.Incomplete));
    }

    [Theory]
    [InlineData("application/octet-stream", ImageProblem.UnsupportedFormat, nameof(UnknownSize.None))]
    [InlineData("image/png", ImageProblem.UnsupportedFormat, nameof(UnknownSize.None))]
    [InlineData("text/html; charset=utf-8", ImageProblem.None, nameof(UnknownSize.WebPage))]
    public async Task What_is_no_image_is_refused_but_a_page_for_browsers_tells_nothing(string type, ImageProblem problem, string reason)
    {
        _world.Host(Origin.Saying($"HTTP/1.1 200 OK\nContent-Type: {type}", "<!doctype html><title>Sign in</title><p>Please.</p>"u8.ToArray()));

        var image = await _world.AskAsync(Url, Timeout);

        (image.Problem, image.Reason).ShouldBe((problem, Enum.Parse<UnknownSize>(reason)));
    }

    [Fact]
    public async Task Image_served_as_a_page_is_an_image_by_its_bytes()
    {
        _world.Host(Origin.Saying("HTTP/1.1 200 OK\nContent-Type: text/html", Pictures.Png(3, 4)));

        (await _world.AskAsync(Url, Timeout)).IsKnown.ShouldBeTrue();
    }

    [Fact]
    public async Task Format_that_is_not_let_in_is_refused()
    {
        _world.Limits = new ImageLimits(1000, ImageFormats.Jpeg);
        _world.Host(Origin.Serving(Pictures.Png(3, 4)));

        (await _world.AskAsync(Url, Timeout)).ShouldBe(RemoteImage.Refused(ImageProblem.UnsupportedFormat));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 20971521", false)]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 20971520", true)]
    [InlineData("HTTP/1.1 206 Partial Content\nContent-Range: bytes 0-44/20971521\nContent-Length: 45", false)]
    [InlineData("HTTP/1.1 206 Partial Content\nContent-Range: bytes 0-44/20971520\nContent-Length: 45", true)]
    [InlineData("HTTP/1.1 206 Partial Content\nContent-Range: bytes 0-44/*\nContent-Length: 45", true)]
    public async Task Image_larger_than_let_in_is_refused_unread(string head, bool known)
    {
        _world.Host(Origin.Saying(head, Pictures.Png(3, 4)));

        var image = await _world.AskAsync(Url, Timeout);

        image.IsKnown.ShouldBe(known);
        image.Problem.ShouldBe(known ? ImageProblem.None : ImageProblem.TooLarge);
    }

    [Fact]
    public async Task Content_length_that_promises_more_than_comes_does_not_matter_once_the_size_is_known()
    {
        _world.Host(Origin.Saying("HTTP/1.1 200 OK\nContent-Length: 100000", Pictures.Png(3, 4)));

        (await _world.AskAsync(Url, Timeout)).IsKnown.ShouldBeTrue();
    }

    [Fact]
    public async Task Body_that_breaks_off_before_the_size_is_known_tells_nothing()
    {
        _world.Host(Origin.Saying("HTTP/1.1 200 OK\nContent-Length: 100000", Pictures.Png(3, 4).AsMemory(0, 20)));

        (await _world.AskAsync(Url, Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.BrokenAnswer));
    }

    [Theory]
    [InlineData("Content-Encoding: gzip")]
    [InlineData("Content-Encoding: br, gzip")]
    [InlineData("Content-Encoding: (what)")]
    public async Task Encoded_content_is_not_unpacked(string header)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[1_000_000], Timeout);
        }

        _world.Host(Origin.Serving(packed.ToArray(), header));

        (await _world.AskAsync(Url, Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.Encoded));
    }

    [Fact]
    public async Task Head_without_end_is_given_up()
    {
        var origin = _world.Host(Origin.Answering(async (stream, ct) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), ct);
            while (true)
            {
                await stream.WriteAsync("X-Filler: nothing at all\r\n"u8.ToArray(), ct);
            }
        }));

        (await _world.AskAsync(Url, Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.BrokenAnswer));
        await origin.IdleAsync(Timeout);
    }

    [Fact]
    public async Task Body_of_10_GB_is_cut_off_as_soon_as_the_size_is_known()
    {
        var origin = _world.Host(Origin.Pouring("HTTP/1.1 200 OK", Pictures.Png(3, 4), new byte[8192]));

        (await _world.AskAsync(Url, Timeout)).IsKnown.ShouldBeTrue();
        await origin.IdleAsync(Timeout);

        // One buffer of the reader, and what the two kernels hold.
        origin.Sent.ShouldBeLessThan(1_000_000);
    }

    [Fact]
    public async Task Header_without_end_is_cut_off_after_the_most_read()
    {
        byte[] segment = [0xFF, 0xE2, 0x20, 0x00, .. new byte[0x2000 - 2]];
        var origin = _world.Host(Origin.Pouring("HTTP/1.1 206 Partial Content\nContent-Range: bytes 0-9999999/10000000", [0xFF, 0xD8], segment));

        (await _world.AskAsync(Url, Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.HeaderTooLong));
        await origin.IdleAsync(Timeout);
        origin.Sent.ShouldBeInRange(256 * 1024 - 65_536, 1_500_000);
    }

    [Fact]
    public async Task Long_gif_is_not_read_to_its_end()
    {
        byte[] start = [.. "GIF89a"u8, 9, 0, 7, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 9, 0, 7, 0, 0, 2, 200, .. new byte[20]];
        var origin = _world.Host(Origin.Pouring("HTTP/1.1 200 OK", start, new byte[8192]));

        (await _world.AskAsync(Url, Timeout)).Header.ShouldBe(new ImageHeader(ImageFormat.Gif, new ImageSize(9, 7), false));
        await origin.IdleAsync(Timeout);
    }

    [Fact]
    public async Task Chunked_body_is_read_across_its_chunks()
    {
        var png = Pictures.Png(3, 4);
        _world.Host(Origin.Answering(async (stream, ct) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), ct);
            foreach (var one in png)
            {
                await stream.WriteAsync((byte[])[(byte)'1', 13, 10, one, 13, 10], ct);
            }

            await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), ct);
        }));

        (await _world.AskAsync(Url, Timeout)).Header.Size.ShouldBe(new ImageSize(3, 4));
    }

    [Fact]
    public async Task Origin_that_drips_is_given_up_at_the_deadline()
    {
        var origin = _world.Host(Origin.Answering(async (stream, ct) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), ct);
            foreach (var one in Pictures.Png(3, 4).Take(20))
            {
                await stream.WriteAsync((byte[])[one], ct);
            }

            await Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        }));
        var asking = _world.AskAsync(Url, Timeout);
        await origin.AskedAsync(Timeout);

        _world.Clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        asking.IsCompleted.ShouldBeFalse();
        _world.Clock.Advance(TimeSpan.FromTicks(1));

        (await asking).ShouldBe(RemoteImage.Unknown(UnknownSize.Timeout));
        _world.TenantsWithSlots.ShouldBe(0);
    }

    [Fact]
    public async Task Switched_off_nobody_is_asked()
    {
        _world.Settings = new ImageFetchSettings { Enabled = false };

        (await _world.AskAsync(Url, Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.Disabled));
        _world.Lookups.ShouldBeEmpty();
    }

    private static byte[] Jpeg(int preamble, int padding)
    {
        List<byte> bytes = [0xFF, 0xD8];
        for (var left = preamble; left > 0; left -= 60_000)
        {
            var length = Math.Min(left, 60_000);
            bytes.AddRange([0xFF, 0xE1, (byte)(length >> 8), (byte)length]);
            bytes.AddRange(new byte[length - 2]);
        }

        bytes.AddRange([0xFF, 0xC0, 0, 17, 8, 3000 >> 8, 3000 & 0xFF, 4000 >> 8, 4000 & 0xFF, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
        bytes.AddRange(new byte[padding]);
        return [.. bytes];
    }
}
