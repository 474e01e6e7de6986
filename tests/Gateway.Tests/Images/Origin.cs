using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Gateway.Tests.Images;

/// <summary>A server of images on loopback that says what it is told to, HTTP or not.</summary>
internal sealed class Origin : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _exchanges = [];
    private readonly Func<Stream, CancellationToken, Task> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly Task _serving;
    private readonly SemaphoreSlim _asked = new(0);
    private int _connections;
    private long _sent;

    private Origin(Func<Stream, CancellationToken, Task> answer, X509Certificate2? certificate)
    {
        _answer = answer;
        _certificate = certificate;
        _listener.Server.SendBufferSize = 64 * 1024;
        _listener.Start();
        _serving = ServeAsync();
    }

    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Heads of the requests, as they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The names asked for in TLS.</summary>
    public ConcurrentQueue<string> ServerNames { get; } = [];

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Bytes that the network took over by <see cref="Pour"/>.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    public static Origin Answering(Func<Stream, CancellationToken, Task> answer, X509Certificate2? certificate = null) => new(answer, certificate);

    public static Origin Saying(string head, ReadOnlyMemory<byte> body = default, X509Certificate2? certificate = null) => new(
        async (stream, ct) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\n\r\n"), ct);
            await stream.WriteAsync(body, ct);
        },
        certificate);

    /// <summary>A server as it should be, that does not know ranges.</summary>
    public static Origin Serving(byte[] body, string headers = "", X509Certificate2? certificate = null) =>
        Saying($"HTTP/1.1 200 OK\nContent-Type: image/png\nContent-Length: {body.Length}{(headers.Length > 0 ? "\n" + headers : string.Empty)}", body, certificate);

    public static Origin Redirecting(string target, string status = "302 Found") => Saying($"HTTP/1.1 {status}\nLocation: {target}\nContent-Length: 0");

    /// <summary>Takes requests and answers none, until the asker hangs up.</summary>
    public static Origin Hanging() => new(static async (stream, ct) => _ = await stream.ReadAsync(new byte[1], ct), null);

    /// <summary>A head, then what <paramref name="chunk"/> holds over and over, until nobody takes it.</summary>
    public static Origin Pouring(string head, byte[] first, byte[] chunk)
    {
        Origin origin = null!; // Set before the first connection.
        origin = new Origin(async (stream, ct) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\n\r\n"), ct);
            await stream.WriteAsync(first, ct);
            while (true)
            {
                await stream.WriteAsync(chunk, ct);
                Interlocked.Add(ref origin._sent, chunk.Length);
            }
        }, null);
        return origin;
    }

    /// <summary>Waits until one more request has come.</summary>
    public Task AskedAsync(CancellationToken ct) => _asked.WaitAsync(ct);

    /// <summary>Waits until every connection so far is over on this side.</summary>
    public async Task IdleAsync(CancellationToken ct) => await Task.WhenAll(_exchanges).WaitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _serving;
        await Task.WhenAll(_exchanges);
        _stopping.Dispose();
        _asked.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                Interlocked.Increment(ref _connections);
                _exchanges.Add(ExchangeAsync(client));
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException or OperationCanceledException && _stopping.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task ExchangeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = await SecureAsync(client.GetStream());
                var head = new StringBuilder();
                var buffer = new byte[4096];
                while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    var read = await stream.ReadAsync(buffer, _stopping.Token);
                    if (read == 0)
                    {
                        return;
                    }

                    head.Append(Encoding.Latin1.GetString(buffer, 0, read));
                    if (!char.IsAsciiLetter(head[0]))
                    {
                        // Not HTTP: a handshake, sent to a server that knows none.
                        await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), _stopping.Token);
                        return;
                    }
                }

                Requests.Enqueue(head.ToString());
                _asked.Release();
                await _answer(stream, _stopping.Token);
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream plain)
    {
        if (_certificate is null)
        {
            return plain;
        }

        // Offline: a server too would fetch the issuers that its certificate names.
        var context = SslStreamCertificateContext.Create(_certificate, null, offline: true);
        var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(
            (_, hello, _, _) =>
            {
                ServerNames.Enqueue(hello.ServerName);
                return new ValueTask<SslServerAuthenticationOptions>(new SslServerAuthenticationOptions { ServerCertificateContext = context });
            },
            null,
            _stopping.Token);
        return secure;
    }
}
