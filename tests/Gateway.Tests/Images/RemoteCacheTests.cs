using Gateway.Core.Callers;
using Gateway.Core.Images;
using Gateway.Images;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Images;

/// <summary>What is remembered, and for how long.</summary>
public sealed class RemoteCacheTests : IAsyncDisposable
{
    private const string Url = "http://images.example/a?sig=1";

    private readonly StubWorld _world = new();

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("", 300)]
    [InlineData("Cache-Control: public", 300)]
    [InlineData("Cache-Control: max-age=60", 60)]
    [InlineData("Cache-Control: max-age=60, s-maxage=90", 90)]
    [InlineData("Cache-Control: max-age=604800, immutable", 3600)]
    [InlineData("Cache-Control: max-age=60\nAge: 40", 20)]
    [InlineData("Cache-Control: =;broken, max-age=60", 60)]
    public async Task Size_is_remembered_for_as_long_as_the_origin_lets(string header, int seconds)
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(3, 4), header));

        await AskAsync();
        _world.Clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        (await AskAsync()).IsKnown.ShouldBeTrue();
        origin.Requests.Count.ShouldBe(1);

        _world.Clock.Advance(TimeSpan.FromTicks(1));
        (await AskAsync()).IsKnown.ShouldBeTrue();
        origin.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("Cache-Control: no-store")]
    [InlineData("Cache-Control: max-age=60, No-Store")]
    [InlineData("Cache-Control: max-age=60\nCache-Control: no-store")]
    [InlineData("Cache-Control: no-cache")]
    [InlineData("Cache-Control: private, max-age=60")]
    [InlineData("Cache-Control: private=\"set-cookie\"")]
    [InlineData("Cache-Control: max-age=0")]
    [InlineData("Cache-Control: max-age=soon")]
    [InlineData("Cache-Control: max-age=60\nAge: 60")]
    public async Task Size_that_must_not_be_kept_is_not(string header)
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(3, 4), header));

        await AskAsync();
        (await AskAsync()).IsKnown.ShouldBeTrue();

        origin.Requests.Count.ShouldBe(2);
        _world.Memory.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Redirect_that_must_not_be_kept_keeps_nothing()
    {
        _world.Host(Origin.Saying("HTTP/1.1 302 Found\nLocation: http://other.example/\nCache-Control: no-store\nContent-Length: 0"));
        _world.Name("other.example", "93.184.216.1").At("93.184.216.1", Origin.Serving(Pictures.Png(3, 4)));

        (await AskAsync()).IsKnown.ShouldBeTrue();

        _world.Memory.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\nCache-Control: max-age=600", 2)]
    [InlineData("HTTP/1.1 200 OK\nCache-Control: max-age=600", 2)]
    [InlineData("HTTP/1.1 404 Not Found\nCache-Control: no-store", 3)]
    public async Task What_could_not_be_learned_is_tried_again_soon(string head, int requests)
    {
        var origin = _world.Host(Origin.Saying(head, "This is no picture at all, only a line of text."u8.ToArray()));

        (await AskAsync()).IsKnown.ShouldBeFalse();
        _world.Clock.Advance(TimeSpan.FromSeconds(14));
        await AskAsync();
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        await AskAsync();

        origin.Requests.Count.ShouldBe(requests);
    }

    [Fact]
    public async Task Host_out_of_reach_is_left_alone_for_a_while()
    {
        _world.Name("images.example", StubWorld.Public);

        await AskAsync();
        await AskAsync();
        _world.Lookups.Count.ShouldBe(1);
        _world.Clock.Advance(TimeSpan.FromSeconds(15));
        await AskAsync();
        _world.Lookups.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Tenants_share_what_is_known_of_an_image_for_who_asks_has_its_url()
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(3, 4)));

        await AskAsync();
        (await _world.AskAsync(Url, new TenantId("ten_2"), Timeout)).IsKnown.ShouldBeTrue();
        (await _world.AskAsync(Url + "2", new TenantId("ten_2"), Timeout)).IsKnown.ShouldBeTrue();

        origin.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Settings_hold_for_what_is_remembered_too()
    {
        _world.At("10.0.0.7", Origin.Serving(Pictures.Png(3, 4)));
        _world.Name("images.example", "10.0.0.7");
        var allowed = new ImageFetchSettings { AllowPrivateNetworks = true };
        _world.Settings = allowed;
        (await AskAsync()).IsKnown.ShouldBeTrue();

        _world.Settings = allowed with { AllowPrivateNetworks = false };
        (await AskAsync()).ShouldBe(RemoteImage.Unknown(UnknownSize.AddressNotPublic));
        _world.Settings = allowed with { AllowHosts = ["other.example"] };
        (await AskAsync()).ShouldBe(RemoteImage.Unknown(UnknownSize.HostNotAllowed));
        _world.Settings = allowed with { Enabled = false };
        (await AskAsync()).ShouldBe(RemoteImage.Unknown(UnknownSize.Disabled));
        _world.Settings = allowed;
        _world.Limits = new ImageLimits(20, ImageFormats.All);
        (await AskAsync()).ShouldBe(RemoteImage.Refused(ImageProblem.TooLarge));
    }

    [Fact]
    public async Task Redirect_to_a_host_that_is_no_longer_listed_is_forgotten_with_the_list()
    {
        _world.Host(Origin.Redirecting("http://other.example/"));
        _world.Name("other.example", "93.184.216.1").At("93.184.216.1", Origin.Serving(Pictures.Png(3, 4)));
        _world.Settings = new ImageFetchSettings { AllowHosts = ["images.example", "other.example"] };
        (await AskAsync()).IsKnown.ShouldBeTrue();

        _world.Settings = new ImageFetchSettings { AllowHosts = ["images.example"] };

        (await AskAsync()).ShouldBe(RemoteImage.Unknown(UnknownSize.HostNotAllowed));
    }

    [Fact]
    public void Memory_holds_no_more_than_it_may_and_lets_the_oldest_go()
    {
        var clock = new ManualClock();
        var memory = new MemoryImageCache(3, clock);
        var keys = Enumerable.Range(0, 5).Select(i => ImageKey.Of([(byte)i])).ToArray();
        var image = new FetchedImage(RemoteImage.Refused(ImageProblem.Empty), TimeSpan.FromMinutes(1));
        foreach (var key in (ImageKey[])[keys[0], keys[1], keys[0], keys[2], keys[3]])
        {
            memory.Set(key, image);
        }

        memory.Set(keys[4], image with { Fresh = TimeSpan.Zero });

        keys.Select(key => memory.TryGet(key, out _)).ShouldBe([true, false, true, true, false]);
        memory.Count.ShouldBe(3);
        clock.Advance(TimeSpan.FromMinutes(1));
        memory.TryGet(keys[0], out _).ShouldBeFalse();
    }

    private Task<RemoteImage> AskAsync() => _world.AskAsync(Url, Timeout);
}
