using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Tests.Media;

/// <summary>A provider that reads a request of a known length to its end, keeps none of it, and answers each with the same JSON.</summary>
internal sealed class SinkProvider : IAsyncDisposable
{
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 59\r\nConnection: close\r\n\r\n{\"text\":\"Hello.\",\"usage\":{\"type\":\"duration\",\"seconds\":  9}}");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public SinkProvider()
    {
        _listener.Start();
        Base = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1");
        _serving = ServeAsync();
    }

    public Uri Base { get; }

    /// <summary>Bytes of the last body.</summary>
    public long Received { get; private set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var head = 0;
                int end;
                while ((end = buffer.AsSpan(0, head).IndexOf("\r\n\r\n"u8)) < 0)
                {
                    head += await stream.ReadAsync(buffer.AsMemory(head));
                }

                var headers = Encoding.ASCII.GetString(buffer, 0, end);
                var length = headers.Split("\r\n").Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
                var whole = long.Parse(length["Content-Length:".Length..], CultureInfo.InvariantCulture);
                Received = head - end - 4;
                while (Received < whole)
                {
                    Received += await stream.ReadAsync(buffer);
                }

                await stream.WriteAsync(Answer);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            // Stopped.
        }
    }
}
