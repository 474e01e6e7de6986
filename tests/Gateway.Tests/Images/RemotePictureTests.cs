using Gateway.Core.Images;
using Gateway.Images;
using Gateway.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Images;

/// <summary>Images that are fetched whole, because they must go in a request's body.</summary>
public sealed class RemotePictureTests : IAsyncDisposable
{
    private const string Url = "http://images.example/a.png";
    private const int Mebibyte = 1 << 20;

    private readonly StubWorld _world = new();
    private readonly ImageFetchOptions _options = new() { MaxInlinedBytesPerRequest = 8 * Mebibyte, MaxInlinedBytes = 20 * Mebibyte };
    private readonly PictureMemory _memory;
    private readonly FetchSlots _slots;
    private readonly ILoggerFactory _logging;
    private readonly RemotePictures _pictures;

    public RemotePictureTests()
    {
        _memory = new PictureMemory(Options.Create(_options));
        _slots = new FetchSlots(Options.Create(_options));
        _logging = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_world.Logs));
        _pictures = new RemotePictures(_world.World, _slots, Options.Create(_options), _world.Clock, _logging.CreateLogger<RemotePictures>());
    }

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _slots.Dispose();
        _logging.Dispose();
    }

    [Fact]
    public async Task Image_is_had_whole_and_asked_for_whole()
    {
        var png = Pictures.Png(30, 40, padding: 3 * Mebibyte);
        var origin = _world.Host(Origin.Serving(png));
        using var held = _memory.Begin();

        var picture = await AskAsync(held);

        picture.Image.Header.ShouldBe(new ImageHeader(ImageFormat.Png, new ImageSize(30, 40), false));
        picture.Bytes.ShouldBe(png);
        origin.Requests.ShouldHaveSingleItem().ShouldNotContain("Range:");
    }

    [Fact]
    public async Task Image_without_a_length_is_had_whole()
    {
        var png = Pictures.Png(30, 40, padding: 300_000);
        _world.Host(Origin.Saying("HTTP/1.1 200 OK\nConnection: close", png));
        using var held = _memory.Begin();

        (await AskAsync(held)).Bytes.ShouldBe(png);
    }

    [Fact]
    public async Task Memory_is_given_back_once_when_the_request_is_over()
    {
        _world.Host(Origin.Serving(Pictures.Png(1, 1, padding: 2 * Mebibyte)));
        var held = _memory.Begin();

        await AskAsync(held);

        _memory.Held.ShouldBeInRange(2 * Mebibyte, 8 * Mebibyte);
        held.Dispose();
        held.Dispose();
        _memory.Held.ShouldBe(0);
        held.TryTake(1, out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Same_url_is_asked_for_once_and_held_once()
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(1, 1)));
        using var held = _memory.Begin();

        var pictures = await _pictures.FetchAsync(StubWorld.Tenant, [Url, Url, Url], _world.Settings, _world.Limits, held, Timeout);

        pictures.ShouldAllBe(picture => picture.Image.IsKnown);
        pictures[0].Bytes.Array.ShouldBeSameAs(pictures[2].Bytes.Array);
        origin.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData("http://127.0.0.1/a.png", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("http://0x7f000001/a.png", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("http://[::ffff:10.0.0.1]/a.png", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("http://169.254.169.254/latest/meta-data", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("http://inside.example/a.png", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("http://both.example/a.png", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("http://metadata.google.internal/a.png", nameof(UnknownSize.HostNotAllowed))]
    [InlineData("http://images.example:8080/a.png", nameof(UnknownSize.PortNotAllowed))]
    [InlineData("http://user@images.example/a.png", nameof(UnknownSize.UrlNotAllowed))]
    [InlineData("file:///etc/passwd", nameof(UnknownSize.UrlNotAllowed))]
    [InlineData("http://absent.example/a.png", nameof(UnknownSize.NameNotResolved))]
    public async Task Guard_holds_for_whole_images_too(string url, string reason)
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(1, 1)));
        _world.Name("inside.example", "10.0.0.7").Name("both.example", StubWorld.Public, "127.0.0.1");
        using var held = _memory.Begin();

        var picture = (await _pictures.FetchAsync(StubWorld.Tenant, [url], _world.Settings, _world.Limits, held, Timeout))[0];

        (picture.Image.Reason.ToString(), picture.Bytes.Count).ShouldBe((reason, 0));
        origin.Connections.ShouldBe(0);
        _memory.Held.ShouldBe(0);
    }

    [Fact]
    public async Task Redirects_are_followed_and_each_target_is_checked()
    {
        var png = Pictures.Png(9, 9);
        _world.Host(Origin.Redirecting("http://other.example/b.png"));
        _world.Name("other.example", "93.184.216.35").At("93.184.216.35", Origin.Serving(png));
        using var held = _memory.Begin();

        (await AskAsync(held)).Bytes.ShouldBe(png);
    }

    [Theory]
    [InlineData("http://127.0.0.1/a.png", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("http://inside.example/a.png", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("file:///etc/passwd", nameof(UnknownSize.UrlNotAllowed))]
    [InlineData("http://images.example/a.png", nameof(UnknownSize.RedirectNotAllowed))]
    public async Task Redirect_to_where_nobody_may_go_is_not_followed(string target, string reason)
    {
        _world.Host(Origin.Redirecting(target));
        _world.Name("inside.example", "192.168.1.1");
        using var held = _memory.Begin();

        (await AskAsync(held)).Image.Reason.ToString().ShouldBe(reason);
    }

    [Fact]
    public async Task Image_that_says_it_is_too_large_is_not_read()
    {
        _world.Limits = ImageLimits.Default with { MaxBytes = Mebibyte };
        var origin = _world.Host(Origin.Pouring($"HTTP/1.1 200 OK\nContent-Length: {Mebibyte + 1}", Pictures.Png(1, 1), new byte[1024]));
        using var held = _memory.Begin();

        (await AskAsync(held)).Image.Problem.ShouldBe(ImageProblem.TooLarge);
        _memory.Held.ShouldBe(0);
        await origin.IdleAsync(Timeout);
    }

    [Fact]
    public async Task Image_that_does_not_end_is_left_at_the_limit()
    {
        _world.Limits = ImageLimits.Default with { MaxBytes = Mebibyte };
        var origin = _world.Host(Origin.Pouring("HTTP/1.1 200 OK", Pictures.Png(1, 1), new byte[64 * 1024]));
        using var held = _memory.Begin();

        (await AskAsync(held)).Image.Problem.ShouldBe(ImageProblem.TooLarge);
        await origin.IdleAsync(Timeout);
        _memory.Held.ShouldBeLessThanOrEqualTo(2 * Mebibyte);
    }

    [Fact]
    public async Task Image_of_exactly_the_limit_is_let_in()
    {
        var png = Pictures.Png(1, 1, padding: Mebibyte - 45);
        _world.Limits = ImageLimits.Default with { MaxBytes = png.Length };
        _world.Host(Origin.Saying("HTTP/1.1 200 OK\nConnection: close", png));
        using var held = _memory.Begin();

        (await AskAsync(held)).Bytes.Count.ShouldBe(png.Length);
    }

    [Fact]
    public async Task What_is_no_image_is_left_at_its_first_bytes()
    {
        var origin = _world.Host(Origin.Pouring("HTTP/1.1 200 OK\nContent-Type: video/mp4", "not an image at all"u8.ToArray(), new byte[64 * 1024]));
        using var held = _memory.Begin();

        (await AskAsync(held)).Image.Problem.ShouldBe(ImageProblem.UnsupportedFormat);
        await origin.IdleAsync(Timeout);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\nContent-Length: 0", nameof(UnknownSize.HttpStatus))]
    [InlineData("HTTP/1.1 206 Partial Content\nContent-Range: bytes 0-69/70\nContent-Length: 70", nameof(UnknownSize.HttpStatus))]
    [InlineData("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 70", nameof(UnknownSize.Encoded))]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 71", nameof(UnknownSize.BrokenAnswer))]
    [InlineData("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", nameof(UnknownSize.BrokenAnswer))]
    [InlineData("SSH-2.0-OpenSSH", nameof(UnknownSize.BrokenAnswer))]
    public async Task Answer_that_is_not_the_whole_image_is_none(string head, string reason)
    {
        _world.Host(Origin.Saying(head, Pictures.Png(1, 1)));
        using var held = _memory.Begin();

        (await AskAsync(held)).Image.Reason.ToString().ShouldBe(reason);
    }

    [Theory]
    [InlineData(0, ImageProblem.Empty)]
    [InlineData(5, ImageProblem.UnsupportedFormat)]
    [InlineData(20, ImageProblem.Truncated)]
    public async Task Image_that_ends_before_its_header_does_is_damaged(int length, ImageProblem problem)
    {
        _world.Host(Origin.Serving(Pictures.Png(1, 1)[..length]));
        using var held = _memory.Begin();

        (await AskAsync(held)).Image.Problem.ShouldBe(problem);
    }

    [Fact]
    public async Task Images_of_one_request_are_together_no_larger_than_it_may_hold()
    {
        _world.Host(Origin.Serving(Pictures.Png(1, 1, padding: 3 * Mebibyte)));
        using var held = _memory.Begin();

        var urls = Enumerable.Range(0, 4).Select(i => $"{Url}?{i}").ToArray();
        var pictures = await _pictures.FetchAsync(StubWorld.Tenant, urls, _world.Settings, _world.Limits, held, Timeout);

        pictures.Where(picture => !picture.Image.IsKnown).Select(picture => picture.Image.Reason).Distinct().ShouldBe([UnknownSize.TooMuchTogether]);
        _memory.Held.ShouldBeLessThanOrEqualTo(held.Most);
    }

    [Fact]
    public async Task Images_of_all_requests_are_together_no_larger_than_they_may_be()
    {
        _world.Host(Origin.Serving(Pictures.Png(1, 1, padding: 3 * Mebibyte)));
        _memory.TryTake(18 * Mebibyte).ShouldBeTrue();
        using var held = _memory.Begin();

        (await AskAsync(held)).Image.Reason.ShouldBe(UnknownSize.NoMemory);
        held.Dispose();
        _memory.Held.ShouldBe(18 * Mebibyte);
    }

    [Fact]
    public async Task Origin_that_hangs_is_left_at_the_deadline()
    {
        var origin = _world.Host(Origin.Hanging());
        using var held = _memory.Begin();
        var asking = AskAsync(held);
        await origin.AskedAsync(Timeout);

        _world.Clock.Advance(TimeSpan.FromSeconds(_options.DownloadSeconds));

        (await asking).Image.Reason.ShouldBe(UnknownSize.Timeout);
    }

    [Fact]
    public async Task Client_that_leaves_ends_the_fetching()
    {
        var origin = _world.Host(Origin.Hanging());
        using var held = _memory.Begin();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Timeout);
        var asking = _pictures.FetchAsync(StubWorld.Tenant, [Url], _world.Settings, _world.Limits, held, leaving.Token).AsTask();
        await origin.AskedAsync(Timeout);

        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(asking);
        await origin.IdleAsync(Timeout);
        _slots.Tenants.ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_is_fetched_where_fetching_is_off()
    {
        _world.Settings = new ImageFetchSettings { Enabled = false };
        using var held = _memory.Begin();

        (await AskAsync(held)).Image.Reason.ShouldBe(UnknownSize.Disabled);
        _world.Lookups.ShouldBeEmpty();
    }

    [Fact]
    public async Task Address_is_told_to_no_log()
    {
        _world.Host(Origin.Hanging());
        using var held = _memory.Begin();
        _world.Name("images.example", static () => throw new InvalidOperationException("images.example?signature=secret"));

        (await _pictures.FetchAsync(StubWorld.Tenant, [Url + "?signature=secret"], _world.Settings, _world.Limits, held, Timeout))[0].Image.Reason.ShouldBe(UnknownSize.Failed);

        _world.Logs.Lines.ShouldHaveSingleItem().ShouldNotContain("secret");
    }

    private async Task<RemotePicture> AskAsync(HeldPictures held) =>
        (await _pictures.FetchAsync(StubWorld.Tenant, [Url], _world.Settings, _world.Limits, held, Timeout))[0];
}
