using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Dialects;

/// <summary>A provider that speaks Anthropic's Messages API, as each test scripts it: one answer for one request, in their order.</summary>
internal sealed class AnthropicUpstream : IAsyncDisposable
{
    public const string Key = "sk-ant-secret-0123456789";

    public const string Answer =
        """{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"Hello there"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1000,"cache_creation_input_tokens":200,"cache_read_input_tokens":300,"output_tokens":40}}""";

    public const string Start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"usage\":{\"input_tokens\":1000,\"cache_creation_input_tokens\":200,\"cache_read_input_tokens\":300,\"output_tokens\":1}}}\n\n"
        + "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n";

    public const string Finish = "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
        + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":40}}\n\n" + Stop;

    public const string Stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    private readonly WebApplication _server;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();
    private readonly SemaphoreSlim _asked = new(0);

    private AnthropicUpstream(WebApplication server) => _server = server;

    public ConcurrentQueue<Call> Calls { get; } = new();

    public Uri Base => new(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<AnthropicUpstream> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var upstream = new AnthropicUpstream(builder.Build());
        upstream._server.Run(upstream.ServeAsync);
        await upstream._server.StartAsync();
        return upstream;
    }

    public static string Text(string text) =>
        $"event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\"{text}\"}}}}\n\n";

    /// <summary>A catalog with a model <c>claude</c> of this provider and, without a bearing on it, those of <paramref name="openAiBase"/>.</summary>
    public string Catalog(Uri openAiBase) => $$"""
        {
          "providers": {
            "sim": { "dialect": "openai", "base_url": "{{openAiBase}}" },
            "anthropic": { "dialect": "anthropic", "base_url": "{{Base}}", "api_key": "{{Key}}" },
          },
          "models": {
            "claude": {
              "input": ["text", "image"], "image_tokens": "anthropic-standard", "max_output_tokens": 4000,
              "prices": [{ "from": "2025-01-01", "input": "3.00", "cached_input": "0.30", "cache_write": "3.75", "output": "15.00" }],
              "deployments": [{ "provider": "anthropic", "model": "claude-x" }],
              "timeouts": { "connect": "2s", "first_byte": "20s", "idle": "20s", "total": "30s" },
            },
          },
        }
        """;

    public void Then(Func<HttpContext, Task> answer) => _script.Enqueue(answer);

    public void ThenJson(string body, int status = 200) => Then(context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    });

    public void ThenStream(params string[] events) => Then(async context =>
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        foreach (var text in events)
        {
            await context.Response.WriteAsync(text);
            await context.Response.Body.FlushAsync();
        }
    });

    /// <summary>Sends the first part, and the second once it is released. The answer has no length.</summary>
    public void ThenHold(string contentType, string first, Task release, string second) => Then(async context =>
    {
        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(first);
        await context.Response.Body.FlushAsync();
        await release.WaitAsync(context.RequestAborted);
        await context.Response.WriteAsync(second);
    });

    /// <summary>Waits for one more request to have arrived whole.</summary>
    public Task AskedAsync(CancellationToken ct) => _asked.WaitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _asked.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var call = new Call(context.Request.Path, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync());
        Calls.Enqueue(call);
        _asked.Release();
        context.RequestAborted.UnsafeRegister(static call => ((Call)call!).Aborted.TrySetResult(), call);
        if (!_script.TryDequeue(out var answer))
        {
            throw new InvalidOperationException("Nothing is scripted for this request.");
        }

        try
        {
            await answer(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The gateway has gone.
        }
    }

    /// <summary>A request as it came.</summary>
    internal sealed record Call(string Path, Dictionary<string, string> Headers, string Body)
    {
        /// <summary>Ends once the gateway has closed its connection.</summary>
        public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public JsonNode Json => JsonNode.Parse(Body)!;
    }
}
