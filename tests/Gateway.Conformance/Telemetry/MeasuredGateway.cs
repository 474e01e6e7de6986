using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Gateway.Simulator;
using Gateway.Testing;
using Gateway.Testing.Redaction;

namespace Gateway.Conformance.Telemetry;

/// <summary>A gateway process of one test's own, in front of a simulator, with models that serve, fail over and fail.</summary>
public sealed class MeasuredGateway : IAsyncDisposable
{
    public const string Chat = "gpt-4o";

    /// <summary>Its first deployment fails always, its second serves.</summary>
    public const string Flaky = "flaky";

    /// <summary>Its only deployment fails always.</summary>
    public const string Failing = "failing";

    /// <summary>Four cents a request.</summary>
    public const string PerRequest = "gpt-4-v";

    private readonly SimulatorHost _provider;
    private readonly HttpClient _client;

    private MeasuredGateway(SimulatorHost provider, GatewayProcess process)
    {
        (_provider, Process) = (provider, process);
        Admin = new GatewayAdmin(process.BaseAddress, process.AdminKey);
        _client = new HttpClient(new RecordingHandler()) { BaseAddress = process.BaseAddress };
    }

    public GatewayProcess Process { get; }

    public GatewayAdmin Admin { get; }

    public SimulatorHost Provider => _provider;

    /// <param name="settings">As environment variables.</param>
    /// <param name="providerKey">What the provider wants.</param>
    /// <param name="ct">The test's.</param>
    public static async Task<MeasuredGateway> StartAsync(IReadOnlyDictionary<string, string> settings, string providerKey, CancellationToken ct)
    {
        var provider = await SimulatorHost.StartAsync(new SimulatorOptions { ApiKey = providerKey }, ct);
        try
        {
            return new MeasuredGateway(
                provider, await GatewayProcess.StartAsync(new GatewayProcessOptions { Catalog = Catalog(provider.OpenAiBase, providerKey), Settings = settings }, ct));
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>A key of a tenant of its own.</summary>
    /// <param name="tenant">Further fields of the tenant, as JSON.</param>
    /// <param name="ct">The test's.</param>
    public async Task<GatewayKey> NewKeyAsync(string tenant, CancellationToken ct) =>
        await Admin.CreateKeyAsync(await Admin.CreateTenantAsync("telemetry", tenant, ct), "test", "{}", ct);

    /// <summary>Posts a chat, and reads its answer to the end.</summary>
    /// <param name="key">Of the gateway.</param>
    /// <param name="body">As it is.</param>
    /// <param name="ct">The test's.</param>
    /// <param name="headers">Further ones.</param>
    public Task<(int Status, string Text)> ChatAsync(string key, string body, CancellationToken ct, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, "v1/chat/completions", key, new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")), ct, headers);

    public async Task<(int Status, string Text)> SendAsync(
        HttpMethod method, string path, string? key, HttpContent? content, CancellationToken ct, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await _client.SendAsync(request, ct);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(ct));
    }

    /// <summary>A chat of one message.</summary>
    /// <param name="model">Of the catalog.</param>
    /// <param name="text">With directives for the provider in double brackets.</param>
    /// <param name="stream">Whether the answer is one.</param>
    public static string Body(string model, string text, bool stream = false) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{text}}"}]}""");

    /// <summary>A chat of a text and a picture.</summary>
    public static string ImageBody(string model, string text, string url) =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":[{"type":"text","text":"{{text}}"},{"type":"image_url","image_url":{"url":"{{url}}"} }]}]}""";

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        Admin.Dispose();
        await Process.DisposeAsync();
        await _provider.DisposeAsync();
    }

    private static string Catalog(Uri provider, string key) => $$"""
        {
          "providers": { "simulated": { "dialect": "openai", "base_url": "{{provider}}", "api_key": "{{key}}" } },
          "models": {
            "{{Chat}}": {
              "input": ["text", "image"], "image_tokens": "openai-tile-85-170", "tokenizer": "o200k_base", "max_output_tokens": 1000,
              "prices": [{ "from": "2025-01-01", "input": "2.50", "output": "10.00" }],
              "deployments": [{ "provider": "simulated", "model": "gpt-4o-upstream" }],
            },
            "{{Flaky}}": {
              "prices": [{ "from": "2025-01-01", "input": "1", "output": "2" }],
              "deployments": [{ "provider": "simulated", "model": "broken;status=500" }, { "provider": "simulated", "model": "well", "priority": 1 }],
            },
            "{{Failing}}": {
              "prices": [{ "from": "2025-01-01", "input": "1", "output": "2" }],
              "deployments": [{ "provider": "simulated", "model": "down;status=500" }],
            },
            "{{PerRequest}}": {
              "prices": [{ "from": "2025-01-01", "per_request": "0.04" }],
              "deployments": [{ "provider": "simulated", "model": "gpt-4-upstream" }],
            },
          },
        }
        """;
}
