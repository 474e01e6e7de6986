using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Xunit;

namespace Gateway.Tests.Http2;

/// <summary>
/// A test with a gateway that listens three ways, by the settings that docs/operations.md shows and nothing else: HTTP/1.1 without TLS, HTTP/2 alone without TLS
/// (h2c), and both with TLS.
/// </summary>
public abstract partial class Http2Test : IAsyncLifetime
{
    private readonly ThrowawayCertificate _certificate = new();
    private int _connections;

    private protected GatewayApp App { get; private set; } = null!; // Set before any test runs.

    private protected RequestProbe Probe { get; } = new();

    /// <summary>What clients of <see cref="Client"/> have opened.</summary>
    protected int Connections => Volatile.Read(ref _connections);

    protected static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => App = await GatewayApp.StartAsync(new GatewayAppOptions
    {
        Services = Probe.Register,
        Settings = Documented().Concat(MoreSettings).ToDictionary(),
    });

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        _certificate.Dispose();
        Probe.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected ThrowawayCertificate Certificate => _certificate;

    private protected virtual IReadOnlyDictionary<string, string> MoreSettings => new Dictionary<string, string>();

    private protected Uri AddressOf(Wire wire) => App.Addresses[(int)wire];

    /// <summary>A client of connections of its own, which speaks this version and no other.</summary>
    private protected HttpClient Client(Wire wire, Version version, string? key = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = ConnectAsync,
            ResponseDrainTimeout = TimeSpan.Zero,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString(HashAlgorithmName.SHA256) == _certificate.Thumbprint,
            },
        };
        var client = new HttpClient(handler)
        {
            BaseAddress = AddressOf(wire),
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key ?? App.Key);
        return client;
    }

    private protected HttpClient Client(Wire wire) => Client(wire, HttpVersion.Version20);

    /// <summary>Posts a chat body in the client's own version, and gives the answer once its headers are there.</summary>
    protected static Task<HttpResponseMessage> ChatAsync(HttpClient client, string body, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(body, null, "application/json"),
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
        };
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    /// <summary>The snippet of the document, at free ports of the loopback interface and with the certificate of this test.</summary>
    private Dictionary<string, string> Documented()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        return Setting().Matches(document).ToDictionary(
            static setting => setting.Groups["key"].Value.Replace("__", ":", StringComparison.Ordinal),
            setting => setting.Groups["value"].Value switch
            {
                var path when path.EndsWith(".crt", StringComparison.Ordinal) => _certificate.CertificatePath,
                var path when path.EndsWith(".key", StringComparison.Ordinal) => _certificate.KeyPath,
                var value => Port().Replace(value, "//127.0.0.1:0"),
            });
    }

    [GeneratedRegex(@"^(?<key>Kestrel__\w+)=(?<value>\S+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Setting();

    [GeneratedRegex(@"//\*:\d+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Port();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        Interlocked.Increment(ref _connections);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
