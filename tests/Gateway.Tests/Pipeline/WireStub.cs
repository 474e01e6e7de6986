using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Tests.Pipeline;

/// <summary>A provider that sends the bytes it is told and closes: for what no HTTP server would send.</summary>
internal sealed class WireStub : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    /// <param name="answer">From the status line on.</param>
    /// <param name="byteByByte">Sends each byte by itself, rather than all at once.</param>
    public WireStub(string answer, bool byteByByte = false)
    {
        _listener.Start();
        Base = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1");
        _serving = ServeAsync(Encoding.UTF8.GetBytes(answer), byteByByte);
    }

    public Uri Base { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync(byte[] answer, bool byteByByte)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var buffer = new byte[64 * 1024];
                var request = new StringBuilder();
                while (!request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) || !request.ToString().TrimEnd().EndsWith('}'))
                {
                    var read = await stream.ReadAsync(buffer);
                    if (read == 0)
                    {
                        break;
                    }

                    request.Append(Encoding.UTF8.GetString(buffer, 0, read));
                }

                client.NoDelay = byteByByte;
                foreach (var piece in byteByByte ? answer.Chunk(1) : [answer])
                {
                    await stream.WriteAsync(piece);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            // Stopped.
        }
    }
}
