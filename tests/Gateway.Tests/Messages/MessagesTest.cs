using System.Net.Http.Headers;
using System.Text;
using Gateway.Testing;
using Gateway.Tests.Dialects;
using Gateway.Tests.Pipeline;
using Xunit;

namespace Gateway.Tests.Messages;

/// <summary>A test with a gateway in front of a provider that speaks the Messages API, and of one that speaks OpenAI's.</summary>
public abstract class MessagesTest : IAsyncLifetime
{
    private protected AnthropicUpstream Upstream { get; private set; } = null!; // Set before any test runs.

    private protected GatewayApp App { get; private set; } = null!; // Set before any test runs.

    private protected RequestProbe Probe { get; } = new();

    protected static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Upstream = await AnthropicUpstream.StartAsync();
        App = await GatewayApp.StartAsync(new GatewayAppOptions { Catalog = Catalog, Services = Probe.Register });
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Upstream.DisposeAsync();
        Probe.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static string Body(string model, bool stream = false, string content = "\"hello\"", string more = "") =>
        $$"""{"model":"{{model}}","max_tokens":100,"stream":{{(stream ? "true" : "false")}}{{more}},"messages":[{"role":"user","content":{{content}}}]}""";

    protected static string Image(int width, int height) =>
        $$$"""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Convert.ToBase64String(Pictures.Png(width, height))}}}"}}""";

    /// <summary>Posts a body as it is, its key in <c>x-api-key</c>.</summary>
    private protected Task<HttpResponseMessage> SendAsync(string body, string path = "/v1/messages", string? key = null, params (string Name, string Value)[] headers) =>
        SendAsync(body, path, [("x-api-key", key ?? App.Key), ("anthropic-version", "2023-06-01"), .. headers]);

    private protected async Task<HttpResponseMessage> SendAsync(string? body, string path, (string Name, string Value)[] headers)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = App.Address, Timeout = TimeSpan.FromSeconds(30) };
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, Timeout);
    }

    private string Catalog(Uri openAiBase) => $$"""
        {
          "providers": {
            "sim": { "dialect": "openai", "base_url": "{{openAiBase}}", "api_key": "{{TestCatalog.ProviderKey}}" },
            "anthropic": { "dialect": "anthropic", "base_url": "{{Upstream.Base}}", "api_key": "{{AnthropicUpstream.Key}}" },
          },
          "models": {
            "claude": {
              "input": ["text", "image"], "image_tokens": "anthropic-standard", "max_output_tokens": 4000, "context_window": 200000, "display_name": "Claude",
              "prices": [{ "from": "2025-01-01", "input": "3.00", "cached_input": "0.30", "cache_write": "3.75", "output": "15.00" }],
              "deployments": [{ "provider": "anthropic", "model": "claude-x" }],
            },
            "gpt": {
              "input": ["text", "image"], "image_tokens": "openai-tile-85-170", "tokenizer": "o200k_base", "max_output_tokens": 16384,
              "prices": [{ "from": "2025-01-01", "input": "2.50", "cached_input": "1.25", "output": "10.00" }],
              "deployments": [{ "provider": "sim", "model": "gpt-4o" }],
            },
            "either": {
              "input": ["text", "image"], "image_tokens": "anthropic-standard", "max_output_tokens": 4000,
              "prices": [{ "from": "2025-01-01", "input": "3.00", "output": "15.00" }],
              "deployments": [
                { "provider": "anthropic", "model": "claude-x", "priority": 0 },
                { "provider": "sim", "model": "gpt-4o", "priority": 1, "image_tokens": "openai-tile-85-170", "tokenizer": "o200k_base" },
              ],
            },
          },
        }
        """;
}
