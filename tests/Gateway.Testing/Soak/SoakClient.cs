using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Testing.Soak;

/// <summary>Sends requests over as many connections as it takes and reads each answer to whatever end it has. Nothing is retried.</summary>
internal sealed class SoakClient : IDisposable
{
    /// <summary>What a request may take beyond its model's total timeout: for the limits, the ledger, and a machine that is busy.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    // Beyond the deadline, so that a request that exceeds it is seen to, and does not hold the run up for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly byte[] Done = "data: [DONE]\n\n"u8.ToArray();
    private static readonly byte[] CostComment = "\n: x-gateway-cost-usd="u8.ToArray();

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),

        // A client that leaves closes its connection; it does not read the rest first.
        MaxResponseDrainSize = 0,
        ResponseDrainTimeout = TimeSpan.Zero,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public static TimeSpan DeadlineOf(SoakRequest request) => SoakCatalog.DeadlineOf(request.Model) + Slack;

    /// <param name="request">What to ask.</param>
    /// <param name="node">The number of the gateway.</param>
    /// <param name="gateway">Its address.</param>
    /// <param name="ct">Breaks it off.</param>
    public async Task<SoakCall> SendAsync(SoakRequest request, int node, Uri gateway, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(DeadlineOf(request) + Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, "v1/chat/completions"))
        {
            Content = new StringContent(request.Body, Encoding.UTF8, "application/json"),
        };
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", request.Tenant.Key.Secret);

        var call = new SoakCall { Request = request, Node = node, Began = TimeProvider.System.GetUtcNow() };
        var began = TimeProvider.System.GetTimestamp();
        using var body = new MemoryStream();
        string? cost = null;
        try
        {
            using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            call = call with { Status = (int)answer.StatusCode, RequestId = Header(answer, "x-request-id") };
            cost = Header(answer, "x-gateway-cost-usd");
            await ReadAsync(answer, body, request.Leaves, either.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            ct.ThrowIfCancellationRequested();
            call = call with { Failure = patience.IsCancellationRequested ? "no end came" : exception.Message };
        }

        call = call with { Took = TimeProvider.System.GetElapsedTime(began) };
        return Read(call, body.GetBuffer().AsSpan(0, (int)body.Length), cost);
    }

    public void Dispose() => _http.Dispose();

    private static async Task ReadAsync(HttpResponseMessage answer, MemoryStream body, bool leaves, CancellationToken ct)
    {
        var buffer = new byte[4096];
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        int read;
        while ((read = await stream.ReadAsync(buffer, ct)) > 0)
        {
            body.Write(buffer, 0, read);
            if (leaves)
            {
                return;
            }
        }
    }

    private static SoakCall Read(SoakCall call, ReadOnlySpan<byte> body, string? cost)
    {
        if (call is { Status: 200, Request.Stream: true })
        {
            var at = body.LastIndexOf(CostComment);
            var told = at < 0 ? default : body[(at + CostComment.Length)..];
            return call with
            {
                IsComplete = body.EndsWith(Done),
                Cost = at < 0 ? null : Encoding.ASCII.GetString(told[..told.IndexOf((byte)'\n')]),
                Code = body.LastIndexOf("data: {\"error\":"u8) is >= 0 and var error ? CodeIn(body[(error + 6)..]) : null,
            };
        }

        // A body that was cut short would have broken the connection off, and left a failure behind.
        return call with
        {
            IsComplete = call is { Status: 200, Failure: null, Request.Leaves: false } && IsJson(body),
            Cost = cost,
            Code = call.Status is 0 or 200 ? null : CodeIn(body),
        };
    }

    private static bool IsJson(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonNode.Parse(body) is JsonObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? CodeIn(ReadOnlySpan<byte> body)
    {
        try
        {
            var end = body.IndexOf("\n"u8);
            return (string?)JsonNode.Parse(end < 0 ? body : body[..end])?["error"]?["code"];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
