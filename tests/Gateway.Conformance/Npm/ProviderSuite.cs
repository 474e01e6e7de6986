using Gateway.Conformance.Providers;
using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>The cases of <c>node/providers.test.mjs</c>, run once for each provider against one gateway.</summary>
public sealed class ProviderSuite : IAsyncLifetime
{
    private readonly Dictionary<string, NodeScript> _scripts = ProviderKind.Enabled.ToDictionary(kind => kind.Dialect, _ => NewScript());

    /// <summary>The names of the cases, as the script has them.</summary>
    public static IEnumerable<string> Cases => NewScript().Cases;

    /// <param name="dialect">Of the provider that answered.</param>
    public NodeScript Script(string dialect) => _scripts[dialect];

    public async ValueTask InitializeAsync()
    {
        if (NewScript().WhyAbsent is not null)
        {
            return;
        }

        await using var gateway = new ProviderGateway();
        await gateway.InitializeAsync();
        await Task.WhenAll(ProviderKind.Enabled.Select(kind => _scripts[kind.Dialect].RunAsync(
            new Dictionary<string, string>
            {
                ["OPENAI_BASE_URL"] = gateway.Process.OpenAiBase.AbsoluteUri,
                ["GATEWAY_ADMIN_URL"] = new Uri(gateway.Process.BaseAddress, "admin/v1").AbsoluteUri,
                ["GATEWAY_ADMIN_KEY"] = gateway.Process.AdminKey,
                ["GATEWAY_TENANT"] = gateway.Tenant,
                ["GATEWAY_MODEL"] = kind.Model,
                ["GATEWAY_FAILING_MODEL"] = kind.Failing,
            },
            TestContext.Current.CancellationToken)));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static NodeScript NewScript() => new("providers.test.mjs", "openai");
}
