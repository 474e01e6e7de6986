using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Images;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Images;

/// <summary>Images behind https, whose certificate is judged by the host's name though its address was chosen before.</summary>
public sealed class RemoteTlsTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly X509Certificate2 _authority = Authority();
    private readonly StubWorld _world;

    public RemoteTlsTests() => _world = new StubWorld(authorities: [_authority]);

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task Certificate_of_the_host_is_accepted_and_the_host_is_named_in_the_handshake()
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(3, 4), certificate: Leaf("images.example")));

        (await _world.AskAsync("https://images.example/a.png", Timeout)).IsKnown.ShouldBeTrue();

        origin.ServerNames.ShouldBe(["images.example"]);
        origin.Requests.ShouldHaveSingleItem().ShouldContain("\r\nHost: images.example\r\n");
        _world.Connections.ShouldBe([new IPEndPoint(IPAddress.Parse(StubWorld.Public), 443)]);
    }

    [Fact]
    public async Task Certificate_of_another_host_is_refused_before_anything_is_said()
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(3, 4), certificate: Leaf("other.example")));

        (await _world.AskAsync("https://images.example/a.png?sig=secret", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.TlsFailed));

        origin.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Certificate_that_has_expired_is_refused()
    {
        _world.Host(Origin.Serving(Pictures.Png(3, 4), certificate: Leaf("images.example", expired: true)));

        (await _world.AskAsync("https://images.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.TlsFailed));
    }

    [Fact]
    public async Task Server_that_speaks_no_TLS_is_refused()
    {
        _world.Host(Origin.Serving(Pictures.Png(3, 4)));

        (await _world.AskAsync("https://images.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.TlsFailed));
    }

    [Fact]
    public async Task Redirect_from_https_to_http_is_not_followed()
    {
        _world.Host(Origin.Saying("HTTP/1.1 302 Found\nLocation: http://images.example/\nContent-Length: 0", certificate: Leaf("images.example")));

        (await _world.AskAsync("https://images.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.RedirectNotAllowed));
        _world.Connections.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Urls_inside_a_certificate_are_not_asked()
    {
        // An issuer that is not known, to be fetched from inside.
        await using var inside = Origin.Serving([0]);
        using var stranger = Authority("CN=Stranger");
        _world.Host(Origin.Serving(Pictures.Png(3, 4), certificate: Leaf("images.example", stranger, issuerAt: $"http://{inside.Endpoint}/issuer.cer")));

        (await _world.AskAsync("https://images.example/", Timeout)).ShouldBe(RemoteImage.Unknown(UnknownSize.TlsFailed));
        inside.Connections.ShouldBe(0);
    }

    private static X509Certificate2 Authority(string name = "CN=Authority of a test")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
    }

    private X509Certificate2 Leaf(string host, X509Certificate2? issuer = null, bool expired = false, string? issuerAt = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        if (issuerAt is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [issuerAt]));
        }

        byte[] serial = [1, 2, 3, 4];
        using var leaf = request.Create(issuer ?? _authority, Now.AddDays(-20), expired ? Now.AddDays(-10) : Now.AddDays(10), serial);
        return leaf.CopyWithPrivateKey(key);
    }
}
