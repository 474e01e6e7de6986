using System.ClientModel;
using System.ClientModel.Primitives;
using Gateway.Conformance.OpenAi;
using Gateway.Simulator;
using Gateway.Testing;
using OpenAI;
using OpenAI.Chat;
using Xunit;

namespace Gateway.Conformance.Providers;

/// <summary>A gateway process with one model for each provider, all of them simulated by one simulator in their own dialects.</summary>
public sealed class ProviderGateway : IAsyncLifetime
{
    private static readonly string ProviderKey = $"sk-provider-{Guid.NewGuid():N}";

    private SimulatorHost _provider = null!; // All of these are there once InitializeAsync is through.
    private GatewayProcess _process = null!;

    public GatewayProcess Process => _process;

    public GatewayAdmin Admin { get; private set; } = null!; // As above.

    /// <summary>The tenant of all keys.</summary>
    public string Tenant { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        _provider = await SimulatorHost.StartAsync(new SimulatorOptions { ApiKey = ProviderKey }, ct);
        _process = await GatewayProcess.StartAsync(new GatewayProcessOptions { Catalog = Catalog(_provider.BaseAddress) }, ct);
        Admin = new GatewayAdmin(_process.BaseAddress, _process.AdminKey);
        Tenant = await Admin.CreateTenantAsync("providers", "{}", ct);
    }

    public Task<GatewayKey> NewKeyAsync() => Admin.CreateKeyAsync(Tenant, "test", "{}", TestContext.Current.CancellationToken);

    public ChatClient Chat(GatewayKey key, string dialect) => Chat(key, Kind(dialect).Model, new OpenAIClientOptions());

    /// <summary>A client that does not try again, of the model for failures.</summary>
    public ChatClient FailingChat(GatewayKey key, string dialect) =>
        Chat(key, Kind(dialect).Failing, new OpenAIClientOptions { RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });

    public async ValueTask DisposeAsync()
    {
        Admin?.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }
    }

    private static ProviderKind Kind(string dialect) => ProviderKind.Enabled.Single(kind => kind.Dialect == dialect);

    private ChatClient Chat(GatewayKey key, string model, OpenAIClientOptions options)
    {
        options.Endpoint = _process.OpenAiBase;
        options.Transport = OpenAiClients.Transport;
        return new ChatClient(model, new ApiKeyCredential(key.Secret), options);
    }

    private static string Catalog(Uri simulator)
    {
        var providers = ProviderKind.Enabled.Select(kind =>
            $$"""
            "{{kind.Dialect}}": {{Provider(kind, simulator)}}, "{{kind.Dialect}}-failing": {{Provider(kind, simulator)}}
            """);
        var models = ProviderKind.Enabled.Select(kind =>
            $$"""
            "{{kind.Model}}": {{Model(kind, kind.Dialect)}}, "{{kind.Failing}}": {{Model(kind, $"{kind.Dialect}-failing")}}
            """);
        return $$"""{ "providers": { {{string.Join(',', providers)}} }, "models": { {{string.Join(',', models)}} } }""";
    }

    private static string Provider(ProviderKind kind, Uri simulator) => $$"""
        { "dialect": "{{kind.Dialect}}", "base_url": "{{new Uri(simulator, kind.Path)}}", "api_key": "{{ProviderKey}}"{{kind.More}} }
        """;

    private static string Model(ProviderKind kind, string provider) => $$"""
        {
          "input": ["text", "image"], "context_window": 128000, "max_output_tokens": 4096, "image_tokens": "openai-tile-85-170", "tokenizer": "o200k_base",
          "prices": [{ "from": "2025-01-01", "input": "2.50", "output": "10.00" }],
          "deployments": [{ "provider": "{{provider}}", "model": "{{kind.UpstreamModel}}" }]
        }
        """;
}
