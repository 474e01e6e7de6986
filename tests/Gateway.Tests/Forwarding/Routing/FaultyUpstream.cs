using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Tests.Forwarding.Routing;

/// <summary>A provider that fails as no HTTP server would let it: the first part of the path says how.</summary>
internal sealed class FaultyUpstream : IAsyncDisposable
{
    private const string Json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    private const string Events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    private const string Event = "data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half an answer\"},\"finish_reason\":null}]}\n\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public FaultyUpstream()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var clients = new List<Task>();
        try
        {
            while (true)
            {
                clients.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            await Task.WhenAll(clients);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var fault = await ReadAsync(stream);
                switch (fault)
                {
                    case "silent-json":
                        await SendAsync(stream, Json + "Content-Length: 999\r\n\r\n{\"id\":");
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        break;
                    case "silent-stream":
                        await SendAsync(stream, Events + Event);
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        break;
                    case "truncated-json":
                        await SendAsync(stream, Json + "Content-Length: 15\r\n\r\n{\"id\":\"x\",\"choi");
                        break;
                    case "truncated-stream":
                        await SendAsync(stream, Events + Event[..30]);
                        break;
                    case "endless-json":
                        await SendForEverAsync(stream, Json + "\r\n[");
                        break;
                    case "endless-stream":
                        await SendForEverAsync(stream, Events + "data: [");
                        break;
                    default:
                        await SendAsync(stream, "no TLS here\r\n");
                        break;
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // The gateway had enough.
            }
        }
    }

    private Task SendAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), _stop.Token).AsTask();

    private async Task SendForEverAsync(NetworkStream stream, string head)
    {
        await SendAsync(stream, head);
        var more = new byte[1024 * 1024];
        more.AsSpan().Fill((byte)' ');
        while (true)
        {
            await stream.WriteAsync(more, _stop.Token);
        }
    }

    /// <summary>Reads the whole request; what is no HTTP is read once.</summary>
    private async Task<string> ReadAsync(NetworkStream stream)
    {
        var buffer = new byte[64 * 1024];
        var request = "";
        while (true)
        {
            var read = await stream.ReadAsync(buffer, _stop.Token);
            request += Encoding.ASCII.GetString(buffer, 0, read);
            if (!request.StartsWith("POST /", StringComparison.Ordinal))
            {
                return "";
            }

            if (read == 0 || (request.Contains("\r\n\r\n", StringComparison.Ordinal) && request.EndsWith('}')))
            {
                return request.Split('/')[1];
            }
        }
    }
}
