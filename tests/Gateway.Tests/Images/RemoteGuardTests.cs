using System.Net;
using Gateway.Core.Images;
using Gateway.Images;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Images;

/// <summary>What may not be asked, by whatever way a client tries.</summary>
public sealed class RemoteGuardTests : IAsyncDisposable
{
    private readonly StubWorld _world = new();

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("/a.png")]
    [InlineData("images.example/a.png")]
    [InlineData("//images.example/a.png")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://images.example/a.png")]
    [InlineData("gopher://images.example/")]
    [InlineData("ws://images.example/")]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("http://user:password@images.example/")]
    [InlineData("http://user@images.example/")]
    [InlineData("https://images.example\\@other.example/")]
    [InlineData("http://images.example/a\r\nX-Header: 1")]
    [InlineData("http://images.example\t/")]
    [InlineData("http://images.example\0/")]
    [InlineData("http://images.example./")]
    [InlineData("http://127.0.0.1./")]
    [InlineData("http://%31%32%37.0.0.1/")]
    [InlineData("http://127%2e0.0.1/")]
    [InlineData("http://1.2.3.4.5/")]
    [InlineData("http://256.1.1.1/")]
    [InlineData("http://08.8.8.8/")]
    [InlineData("http://4294967296/")]
    [InlineData("http://images.0x7f/")]
    [InlineData("http://images.0x/")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://[fe80::1%1]/")]
    [InlineData("http://[::1%25]/")]
    [InlineData("http://[2606:2800::1%251]/")]
    [InlineData("http://[1:2]/")]
    [InlineData("http:///a.png")]
    [InlineData("http://images..example/")]
    public async Task Url_that_is_no_plain_web_address_is_not_asked(string url) => await RefusedAsync(url, UnknownSize.UrlNotAllowed);

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://0x7f.0.0.1/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://017700000001/")]
    [InlineData("http://127.1/")]
    [InlineData("http://127.0.1/")]
    [InlineData("http://0/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://192.168.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://2852039166/")]
    [InlineData("http://0xa9fea9fe/")]
    [InlineData("http://100.100.100.200/")]
    [InlineData("http://[::]/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[0:0:0:0:0:0:0:1]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://[::127.0.0.1]/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://[64:ff9b::127.0.0.1]/")]
    [InlineData("http://[64:ff9b:1::8.8.8.8]/")]
    [InlineData("http://[2002:7f00:1::]/")]
    [InlineData("http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[fc00::1]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[ff02::1]/")]
    public async Task Address_that_is_not_public_is_not_asked_however_it_is_written(string url) => await RefusedAsync(url, UnknownSize.AddressNotPublic);

    [Theory]
    [InlineData("127。0。0。1")]
    [InlineData("１２７.0.0.1")]
    public async Task Address_in_other_letters_is_not_asked(string host)
    {
        var image = await _world.AskAsync($"http://{host}/", Timeout);

        image.Reason.ShouldBeOneOf(UnknownSize.UrlNotAllowed, UnknownSize.AddressNotPublic, UnknownSize.NameNotResolved);
        _world.Connections.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://images.example:22/")]
    [InlineData("http://images.example:8080/")]
    [InlineData("https://images.example:6379/")]
    [InlineData("http://images.example:0/")]
    public async Task Other_ports_than_the_webs_are_not_asked(string url) => await RefusedAsync(url, UnknownSize.PortNotAllowed);

    [Theory]
    [InlineData("http://metadata.google.internal/computeMetadata/v1/")]
    [InlineData("http://METADATA.google.internal/")]
    [InlineData("http://metadata/")]
    [InlineData("http://instance-data/latest/")]
    public async Task Metadata_service_is_not_asked_even_where_private_networks_are(string url)
    {
        _world.Name("metadata.google.internal", StubWorld.Public);
        await RefusedAsync(url, UnknownSize.HostNotAllowed);
        _world.Settings = new ImageFetchSettings { AllowPrivateNetworks = true };
        await RefusedAsync(url, UnknownSize.HostNotAllowed);
        await RefusedAsync("http://169.254.169.254/", UnknownSize.AddressNotPublic);
    }

    [Theory]
    [InlineData("10.0.0.7")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:10.0.0.7")]
    [InlineData("fe80::7")]
    public async Task Name_with_one_address_that_is_not_public_is_refused_whole(string address)
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(3, 4)));
        _world.At(address, origin);
        _world.Name("first.example", address, StubWorld.Public).Name("last.example", StubWorld.Public, address);

        foreach (var name in (string[])["first", "last"])
        {
            (await _world.AskAsync($"http://{name}.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.AddressNotPublic));
        }

        _world.Connections.ShouldBeEmpty();
    }

    [Fact]
    public async Task Name_is_looked_up_once_and_what_was_checked_is_what_is_connected_to()
    {
        var inside = _world.At("127.0.0.1", Origin.Serving(Pictures.Png(1, 1)));
        _world.At(StubWorld.Public, Origin.Serving(Pictures.Png(3, 4)));
        var lookups = 0;
        _world.Name("rebinding.example", () => Task.FromResult<IPAddress[]>([IPAddress.Parse(lookups++ == 0 ? StubWorld.Public : "127.0.0.1")]));

        (await _world.AskAsync("http://rebinding.example/1", Timeout)).Header.Size.ShouldBe(new ImageSize(3, 4));
        lookups.ShouldBe(1);
        _world.Connections.ShouldBe([new IPEndPoint(IPAddress.Parse(StubWorld.Public), 80)]);

        // No connection is left over to spare the second look.
        (await _world.AskAsync("http://rebinding.example/2", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.AddressNotPublic));
        lookups.ShouldBe(2);
        inside.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Mapped_address_is_connected_to_as_what_it_maps()
    {
        _world.At(StubWorld.Public, Origin.Serving(Pictures.Png(3, 4)));
        _world.Name("mapped.example", "::ffff:" + StubWorld.Public);

        (await _world.AskAsync("http://mapped.example/", Timeout)).IsKnown.ShouldBeTrue();
    }

    [Fact]
    public async Task Address_that_does_not_answer_gives_way_to_the_next()
    {
        _world.At(StubWorld.Public, Origin.Serving(Pictures.Png(3, 4)));
        _world.Name("two.example", "2606:2800::1", StubWorld.Public);

        (await _world.AskAsync("http://two.example/", Timeout)).IsKnown.ShouldBeTrue();
        _world.Connections.Select(address => address.Address.ToString()).ShouldBe(["2606:2800::1", StubWorld.Public]);
    }

    [Fact]
    public async Task Host_out_of_reach_and_name_without_address_tell_nothing()
    {
        _world.Name("silent.example", StubWorld.Public).Name("empty.example");

        (await _world.AskAsync("http://silent.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.ConnectFailed));
        (await _world.AskAsync("http://empty.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.NameNotResolved));
        (await _world.AskAsync("http://unheard.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.NameNotResolved));
    }

    [Theory]
    [InlineData("http://127.0.0.1/", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("http://[::1]/", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("http://inside.example/", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("http://metadata.google.internal/", nameof(UnknownSize.HostNotAllowed))]
    [InlineData("http://images.example:6379/", nameof(UnknownSize.PortNotAllowed))]
    [InlineData("//127.0.0.1/", nameof(UnknownSize.AddressNotPublic))]
    [InlineData("file:///etc/passwd", nameof(UnknownSize.UrlNotAllowed))]
    [InlineData("gopher://images.example/", nameof(UnknownSize.UrlNotAllowed))]
    [InlineData("http://user:password@images.example/", nameof(UnknownSize.UrlNotAllowed))]
    [InlineData("http://images.example\\@127.0.0.1/", nameof(UnknownSize.UrlNotAllowed))]
    public async Task Target_of_a_redirect_is_checked_like_any_other(string target, string reason)
    {
        var inside = _world.At("127.0.0.1", Origin.Serving(Pictures.Png(1, 1)));
        _world.At("10.0.0.7", inside);
        _world.Name("inside.example", "10.0.0.7");
        _world.Host(Origin.Redirecting(target));

        (await _world.AskAsync("http://images.example/", Timeout)).ShouldBe(RemoteImage.Unknown(Enum.Parse<UnknownSize>(reason)));
        inside.Connections.ShouldBe(0);
        _world.Connections.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task Three_redirects_are_followed_and_no_more(int redirects, bool known)
    {
        for (var i = 0; i < redirects; i++)
        {
            _world.Name($"hop{i}.example", $"93.184.216.{i}").At($"93.184.216.{i}", Origin.Redirecting($"http://hop{i + 1}.example/", i % 2 == 0 ? "301 Moved" : "308 Moved"));
        }

        _world.Name($"hop{redirects}.example", "93.184.216.100").At("93.184.216.100", Origin.Serving(Pictures.Png(3, 4)));

        var image = await _world.AskAsync("http://hop0.example/", Timeout);

        image.ShouldBe(known ? RemoteImage.Known(new ImageHeader(ImageFormat.Png, new ImageSize(3, 4), false)) : RemoteImage.Unknown(UnknownSize.RedirectNotAllowed));
    }

    [Fact]
    public async Task Redirect_in_a_circle_ends()
    {
        var origin = _world.Host(Origin.Redirecting("/again?and=again"));

        (await _world.AskAsync("http://images.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.RedirectNotAllowed));
        origin.Requests.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("HTTP/1.1 302 Found\nContent-Length: 0")]
    [InlineData("HTTP/1.1 302 Found\nLocation: http://a.example/\nLocation: http://b.example/\nContent-Length: 0")]
    public async Task Redirect_without_one_target_is_not_followed(string head)
    {
        _world.Host(Origin.Saying(head));

        (await _world.AskAsync("http://images.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.RedirectNotAllowed));
        _world.Lookups.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("images.example", true)]
    [InlineData("IMAGES.Example", true)]
    [InlineData("images.example.", true)]
    [InlineData("other.example", false)]
    [InlineData("example", false)]
    [InlineData("*.example", false)]
    [InlineData("a.images.example", false)]
    public async Task With_a_list_of_hosts_only_those_on_it_are_asked(string listed, bool known)
    {
        _world.Host(Origin.Serving(Pictures.Png(3, 4)));
        _world.Settings = new ImageFetchSettings { AllowHosts = [listed] };

        var image = await _world.AskAsync("http://images.example/", Timeout);

        image.Reason.ShouldBe(known ? UnknownSize.None : UnknownSize.HostNotAllowed);
    }

    [Theory]
    [InlineData("bücher.example", "http://xn--bcher-kva.example/")]
    [InlineData("xn--bcher-kva.example", "http://BÜCHER.example/")]
    public async Task International_names_on_the_list_are_compared_in_one_form(string listed, string url)
    {
        _world.At(StubWorld.Public, Origin.Serving(Pictures.Png(3, 4)));
        _world.Name("xn--bcher-kva.example", StubWorld.Public);
        _world.Settings = new ImageFetchSettings { AllowHosts = [listed] };

        (await _world.AskAsync(url, Timeout)).IsKnown.ShouldBeTrue();
    }

    [Fact]
    public async Task List_of_hosts_holds_for_redirects_and_excuses_no_private_address()
    {
        _world.Host(Origin.Redirecting("http://other.example/"));
        _world.Name("other.example", StubWorld.Public).Name("listed.example", "10.0.0.7");
        _world.Settings = new ImageFetchSettings { AllowHosts = ["images.example", "listed.example"] };

        (await _world.AskAsync("http://images.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.HostNotAllowed));
        (await _world.AskAsync("http://listed.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.AddressNotPublic));
        _world.Lookups.ShouldBe(["images.example", "listed.example"]);
    }

    [Fact]
    public async Task Private_networks_are_asked_on_any_port_once_they_are_allowed()
    {
        _world.At("10.0.0.7", Origin.Serving(Pictures.Png(3, 4)));
        _world.Name("minio.internal.example", "10.0.0.7");
        await RefusedAsync("http://10.0.0.7/", UnknownSize.AddressNotPublic);

        _world.Settings = new ImageFetchSettings { AllowPrivateNetworks = true };

        (await _world.AskAsync("http://minio.internal.example:9000/a", Timeout)).IsKnown.ShouldBeTrue();
        (await _world.AskAsync("http://10.0.0.7:9000/b", Timeout)).IsKnown.ShouldBeTrue();
        _world.Connections.Select(address => address.Port).ShouldBe([9000, 9000]);
    }

    [Fact]
    public async Task This_machines_own_name_is_looked_up_by_the_system_and_refused()
    {
        var policy = new FetchPolicy(_world.Settings, _world.Limits);
        var url = RemoteUrl.Parse("http://localhost/", policy, out _).ShouldNotBeNull();

        var fetched = await new RemoteFetch(RemoteWorld.Real, policy, _world.Clock).RunAsync(url, Timeout);

        fetched.Image.ShouldBe(RemoteImage.Unknown(UnknownSize.AddressNotPublic));
    }

    [Fact]
    public async Task Overlong_url_is_not_asked()
    {
        _world.Host(Origin.Serving(Pictures.Png(3, 4)));
        const string start = "http://images.example/";

        (await _world.AskAsync(start + new string('a', RemoteUrl.Longest - start.Length), Timeout)).IsKnown.ShouldBeTrue();
        (await _world.AskAsync(start + new string('a', RemoteUrl.Longest - start.Length + 1), Timeout)).Reason.ShouldBe(UnknownSize.UrlNotAllowed);
    }

    private async Task RefusedAsync(string url, UnknownSize reason)
    {
        (await _world.AskAsync(url, Timeout)).ShouldBe(RemoteImage.Unknown(reason));
        _world.Lookups.ShouldBeEmpty();
        _world.Connections.ShouldBeEmpty();
    }
}
