using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Simulator;
using Gateway.Simulator.Recording;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

/// <summary>A simulator on a socket and a client that talks to it.</summary>
internal sealed class SimulatorSession : IAsyncDisposable
{
    private readonly HttpClient _http;

    private SimulatorSession(SimulatorHost host)
    {
        Host = host;

        // A response disposed of early is to end its connection now, not to be read to its end first.
        var handler = new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero };
        _http = new HttpClient(handler) { BaseAddress = host.BaseAddress, Timeout = TimeSpan.FromSeconds(20) };
    }

    public SimulatorHost Host { get; }

    public HttpClient Http => _http;

    public static async Task<SimulatorSession> StartAsync(SimulatorOptions? options = null) =>
        new(await SimulatorHost.StartAsync(options ?? new SimulatorOptions(), TestContext.Current.CancellationToken));

    /// <summary>A chat body with one user message, or with the parts given as JSON.</summary>
    public static JsonObject Body(string text = "Hello", string model = "gpt-4o", bool stream = false, bool includeUsage = false)
    {
        var body = new JsonObject
        {
            ["model"] = model,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
        };
        if (stream)
        {
            body["stream"] = true;
        }

        if (includeUsage)
        {
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        }

        return body;
    }

    public Task<HttpResponseMessage> PostAsync(JsonObject body, CancellationToken? cancellationToken = null) =>
        PostAsync(body.ToJsonString(), cancellationToken);

    public async Task<HttpResponseMessage> PostAsync(string body, CancellationToken? cancellationToken = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await _http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, cancellationToken ?? TestContext.Current.CancellationToken);
    }

    public async Task<JsonNode> JsonAsync(JsonObject body)
    {
        using var response = await PostAsync(body);
        return await JsonAsync(response);
    }

    public static async Task<JsonNode> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull();

    /// <summary>The raw text of a streamed answer.</summary>
    public async Task<string> TextAsync(JsonObject body)
    {
        using var response = await PostAsync(body);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The data of each event of a streamed answer.</summary>
    public async Task<List<string>> EventsAsync(JsonObject body) => Events(await TextAsync(body));

    public static List<string> Events(string stream) =>
        [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(e => e.ShouldStartWithThenRest("data: "))];

    /// <summary>The chunks of a streamed answer, without its <c>[DONE]</c>.</summary>
    public async Task<List<JsonNode>> ChunksAsync(JsonObject body) =>
        [.. (await EventsAsync(body)).Where(e => e is not "[DONE]").Select(e => JsonNode.Parse(e).ShouldNotBeNull())];

    /// <summary>Everything that arrives before the connection breaks.</summary>
    public async Task<(string Text, bool Broken)> UntilBrokenAsync(JsonObject body)
    {
        using var response = await PostAsync(body);
        return await UntilBrokenAsync(response);
    }

    /// <summary>Everything of an answer that arrives before the connection breaks.</summary>
    public static async Task<(string Text, bool Broken)> UntilBrokenAsync(HttpResponseMessage response)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var arrived = new MemoryStream();
        try
        {
            await stream.CopyToAsync(arrived, TestContext.Current.CancellationToken);
            return (Encoding.UTF8.GetString(arrived.ToArray()), false);
        }
        catch (IOException)
        {
            return (Encoding.UTF8.GetString(arrived.ToArray()), true);
        }
    }

    public async Task<RecordedRequest> FirstRequestAsync() =>
        (await Host.Requests.WaitForAsync(1, TestContext.Current.CancellationToken))[0];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Host.DisposeAsync();
    }
}
