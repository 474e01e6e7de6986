using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Images;

/// <summary>
/// Speaks HTTP to one host, connecting to its checked addresses alone, for one request. Nothing is pooled: a connection serves the check
/// that allowed it, and most are cut short in any case.
/// </summary>
internal sealed class PinnedConnection : IDisposable
{
    private const int MostAddresses = 4;
    private const int MaxHeadKiB = 32;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    // One address that swallows packets must not use up the time of the others.
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(1);

    private readonly RemoteWorld _world;
    private readonly TimeProvider _time;
    private readonly IPAddress[] _addresses;
    private readonly CancellationToken _deadline;
    private readonly HttpMessageInvoker _invoker;
    private readonly Lock _gate = new();
    private Stream? _stream;
    private bool _disposed;

    /// <param name="addresses">All of them checked.</param>
    public PinnedConnection(RemoteWorld world, TimeProvider time, IPAddress[] addresses, CancellationToken deadline)
    {
        _world = world;
        _time = time;
        _addresses = addresses;
        _deadline = deadline;
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            Credentials = null,
            PreAuthenticate = false,
            MaxResponseHeadersLength = MaxHeadKiB,

            // What is left of a body is cut off, not read to its end.
            MaxResponseDrainSize = 0,
            ResponseDrainTimeout = TimeSpan.Zero,

            // No trace headers to strangers, and no spans that hold URLs.
            ActivityHeadersPropagator = null,
            SslOptions = new SslClientAuthenticationOptions { AllowRenegotiation = false, CertificateChainPolicy = Trust(world.Authorities) },
        });
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _invoker.SendAsync(request, _deadline);

    public void Dispose()
    {
        _invoker.Dispose();
        lock (_gate)
        {
            _disposed = true;
        }

        // The handler lets a handshake that nobody waits for run on.
        _stream?.Dispose();
    }

    // A certificate may name URLs to fetch its issuer and revocation lists from, which nobody has checked.
    private static X509ChainPolicy Trust(X509Certificate2Collection? authorities)
    {
        var policy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return policy;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var last = Math.Min(_addresses.Length, MostAddresses) - 1;
        for (var i = 0; ; i++)
        {
            var address = new IPEndPoint(_addresses[i], context.DnsEndPoint.Port);
            using var attempt = new CancellationTokenSource(i < last ? Attempt : Timeout.InfiniteTimeSpan, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(attempt.Token, _deadline, ct);
            try
            {
                return Keep(await _world.Connect(address, either.Token));
            }
            catch (Exception e) when (i < last && !_deadline.IsCancellationRequested && !ct.IsCancellationRequested
                && e is SocketException or IOException or OperationCanceledException)
            {
                // The next address, then.
            }
        }
    }

    private Stream Keep(Stream stream)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                return _stream = stream;
            }
        }

        stream.Dispose();
        throw new OperationCanceledException(_deadline);
    }
}
