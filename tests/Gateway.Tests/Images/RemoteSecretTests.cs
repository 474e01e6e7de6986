using System.Globalization;
using Gateway.Core.Images;
using Gateway.Images;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Images;

/// <summary>A signed URL is a secret.</summary>
public sealed class RemoteSecretTests : IAsyncDisposable
{
    private const string Secret = "c0ffee";

    private readonly StubWorld _world = new();

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Url_shows_in_no_log_line_and_no_result_whatever_becomes_of_it()
    {
        _world.Host(Origin.Serving(Pictures.Png(3, 4)));
        _world.Name("broken.example", "93.184.216.1").At("93.184.216.1", Origin.Saying($"HTTP/1.1 {Secret}"));
        _world.Name("moved.example", "93.184.216.2").At("93.184.216.2", Origin.Redirecting($"http://127.0.0.1/?sig={Secret}"));
        _world.Name("text.example", "93.184.216.3").At("93.184.216.3", Origin.Saying("HTTP/1.1 200 OK", "Text that says c0ffee and no more than that."u8.ToArray()));
        _world.Name("bug.example", () => throw new InvalidOperationException($"No such thing: http://bug.example/?sig={Secret}"));
        _world.Name("silent.example", "93.184.216.4");
        string[] urls =
        [
            .. ((string[])["images", "broken", "moved", "text", "bug", "silent", "unheard"]).Select(name => $"http://{name}.example/{Secret}?sig={Secret}"),
            $"https://images.example/?sig={Secret}", $"http://user:{Secret}@images.example/", $"http://127.0.0.1/{Secret}", $"ftp://images.example/{Secret}", $"http://images.example:1/{Secret}",
        ];

        var images = await _world.Probe.ProbeAsync(StubWorld.Tenant, urls, _world.Settings, _world.Limits, Timeout);

        images.Select(image => image.Reason).ShouldBe(
        [
            UnknownSize.None, UnknownSize.BrokenAnswer, UnknownSize.AddressNotPublic, UnknownSize.None, UnknownSize.Failed, UnknownSize.ConnectFailed, UnknownSize.NameNotResolved,
            UnknownSize.TlsFailed, UnknownSize.UrlNotAllowed, UnknownSize.AddressNotPublic, UnknownSize.UrlNotAllowed, UnknownSize.PortNotAllowed,
        ]);
        images.Select(image => image.ToString()).ShouldAllBe(text => !text.Contains(Secret));
        _world.Logs.Lines.ShouldHaveSingleItem().ShouldContain("(InvalidOperationException); this is a fault of the gateway");
        _world.Logs.Lines.ShouldAllBe(line => !line.Contains(Secret) && !line.Contains(".example"));
        _world.TenantsWithSlots.ShouldBe(0);
    }

    [Fact]
    public void What_a_url_is_remembered_under_says_nothing_of_it()
    {
        var policy = new FetchPolicy(new ImageFetchSettings(), ImageLimits.Default);
        var url = RemoteUrl.Parse($"http://images.example/?sig={Secret}", policy, out _).ShouldNotBeNull();
        var other = RemoteUrl.Parse($"http://images.example/?sig={Secret}#part", policy, out _).ShouldNotBeNull();

        url.ToString().ShouldBe("RemoteUrl");
        policy.KeyOf(url).ToString().Length.ShouldBe(64);
        policy.KeyOf(url).ToString().ShouldAllBe(character => char.IsAsciiHexDigitLower(character));
        policy.KeyOf(other).ShouldBe(policy.KeyOf(url));
    }

    [Fact]
    public void What_nodes_tell_each_other_is_read_as_it_was_written()
    {
        var now = DateTimeOffset.Parse("2026-01-01T00:00:00Z", CultureInfo.InvariantCulture);
        FetchedImage[] told =
        [
            new(RemoteImage.Known(new ImageHeader(ImageFormat.Webp, new ImageSize(1, 65_535), true)), TimeSpan.FromSeconds(5)),
            new(RemoteImage.Refused(ImageProblem.AnimatedGif), TimeSpan.FromSeconds(5)),
        ];

        foreach (var fetched in told)
        {
            var text = CachedImage.Write(fetched, now).ShouldNotBeNull();
            CachedImage.Read(text, now).ShouldBe(fetched);
            CachedImage.Read(text, now.AddSeconds(5)).ShouldBeNull();
        }

        CachedImage.Write(new FetchedImage(RemoteImage.Unknown(UnknownSize.Timeout), TimeSpan.FromSeconds(5)), now).ShouldBeNull();
        CachedImage.Write(told[0] with { Fresh = TimeSpan.Zero }, now).ShouldBeNull();
        CachedImage.Read($"{long.MaxValue} refused TooLarge", now)!.Value.Fresh.ShouldBe(Freshness.Longest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("9999999999999")]
    [InlineData("9999999999999 known Png 1 1")]
    [InlineData("9999999999999 known Png 0 1 0")]
    [InlineData("9999999999999 known Png 1 65536 0")]
    [InlineData("9999999999999 known Unknown 1 1 0")]
    [InlineData("9999999999999 known 1 1 1 0")]
    [InlineData("9999999999999 known Png 1 1 2")]
    [InlineData("9999999999999 known Png -1 1 0")]
    [InlineData("9999999999999 refused None")]
    [InlineData("9999999999999 refused 99")]
    [InlineData("-1 refused TooLarge")]
    [InlineData("soon refused TooLarge")]
    public void What_no_node_has_written_is_not_believed(string text) => CachedImage.Read(text, DateTimeOffset.UnixEpoch).ShouldBeNull();
}
