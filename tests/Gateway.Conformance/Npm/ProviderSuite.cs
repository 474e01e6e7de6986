using Gateway.Conformance.Providers;
using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>The cases of a script, run once for each provider against one gateway.</summary>
/// <param name="newScript">Makes one for a provider.</param>
public abstract class ProviderSuite(Func<NodeScript> newScript) : IAsyncLifetime
{
    private readonly Dictionary<string, NodeScript> _scripts = ProviderKind.Enabled.ToDictionary(kind => kind.Dialect, _ => newScript());

    /// <param name="dialect">Of the provider that answered.</param>
    public NodeScript Script(string dialect) => _scripts[dialect];

    public async ValueTask InitializeAsync()
    {
        if (newScript().WhyAbsent is not null)
        {
            return;
        }

        await using var gateway = new ProviderGateway();
        await gateway.InitializeAsync();
        await Task.WhenAll(ProviderKind.Enabled.Select(kind => _scripts[kind.Dialect].RunAsync(
            new Dictionary<string, string>
            {
                ["OPENAI_BASE_URL"] = gateway.Process.OpenAiBase.AbsoluteUri,
                ["ANTHROPIC_BASE_URL"] = gateway.Process.BaseAddress.AbsoluteUri,
                ["GATEWAY_ADMIN_URL"] = new Uri(gateway.Process.BaseAddress, "admin/v1").AbsoluteUri,
                ["GATEWAY_ADMIN_KEY"] = gateway.Process.AdminKey,
                ["GATEWAY_TENANT"] = gateway.Tenant,
                ["GATEWAY_MODEL"] = kind.Model,
                ["GATEWAY_FAILING_MODEL"] = kind.Failing,
            },
            TestContext.Current.CancellationToken)));
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Each case for each provider.</summary>
    protected static TheoryData<string, string> CasesOf(NodeScript script)
    {
        var cases = new TheoryData<string, string>();
        foreach (var kind in ProviderKind.Enabled)
        {
            foreach (var name in script.Cases)
            {
                cases.Add(kind.Dialect, name);
            }
        }

        return cases;
    }
}
