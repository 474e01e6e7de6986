using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Gateway.Testing;

namespace Gateway.Tests.Pipeline;

/// <summary>A client that asks, reads as far as it is told, and closes its connection.</summary>
internal sealed class LeavingClient : IDisposable
{
    private const int ReceiveBytes = 64 * 1024;

    private readonly HttpClient _client;
    private readonly string _path;
    private HttpResponseMessage? _response;
    private StreamReader? _reader;

    public LeavingClient(GatewayApp app, string key, string? idempotencyKey = null, string path = "/v1/chat/completions")
    {
        _path = path;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero, ConnectCallback = ConnectAsync }) { BaseAddress = app.Address };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (idempotencyKey is not null)
        {
            _client.DefaultRequestHeaders.Add("Idempotency-Key", idempotencyKey);
        }
    }

    /// <summary>The gateway's own id of the request; empty before its headers came.</summary>
    public string RequestId => _response?.Header("x-request-id") ?? "";

    /// <summary>Sends a chat body and waits for the answer's headers.</summary>
    public async Task AskAsync(string body, CancellationToken ct)
    {
        _response = await GatewayApp.PostAsync(_client, _path, Encoding.UTF8.GetBytes(body), HttpCompletionOption.ResponseHeadersRead, ct);
        _reader = new StreamReader(await _response.Content.ReadAsStreamAsync(ct));
    }

    /// <summary>Sends a chat body and leaves as soon as the given moment has come, with no answer yet.</summary>
    public async Task AskAndLeaveAsync(string body, Task moment, CancellationToken ct)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var asking = GatewayApp.PostAsync(_client, _path, Encoding.UTF8.GetBytes(body), HttpCompletionOption.ResponseContentRead, gone.Token);
        await moment;
        await gone.CancelAsync();
        try
        {
            (await asking).Dispose();
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return;
        }

        throw new InvalidOperationException("The answer came before the client could leave.");
    }

    /// <summary>Reads events with content.</summary>
    public async Task ReadAsync(int contents, CancellationToken ct)
    {
        while (contents > 0)
        {
            var line = await _reader!.ReadLineAsync(ct) ?? throw new EndOfStreamException("The stream ended before so many events.");
            if (line.Contains("\"delta\":{\"content\":\"", StringComparison.Ordinal) || line.Contains("\"type\":\"response.output_text.delta\"", StringComparison.Ordinal)
                || line.Contains("\"index\":0,\"text\":\"", StringComparison.Ordinal))
            {
                contents--;
            }
        }
    }

    /// <summary>Reads so much of the stream, whatever it is.</summary>
    public async Task ReadCharactersAsync(int count, CancellationToken ct)
    {
        var buffer = new char[4096];
        while (count > 0)
        {
            var read = await _reader!.ReadAsync(buffer, ct);
            count -= read > 0 ? read : throw new EndOfStreamException("The stream ended before so much.");
        }
    }

    /// <summary>With a receive buffer that does not grow: what the client has not read stays with the gateway.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = ReceiveBytes };
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

    public void Dispose()
    {
        _reader?.Dispose();
        _response?.Dispose();
        _client.Dispose();
    }
}
