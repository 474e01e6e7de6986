using Gateway.Conformance.Running;
using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>The cases of <c>node/openai.test.mjs</c>, run once against the shared gateway.</summary>
public sealed class NodeSuite(RunningGateway gateway) : IAsyncLifetime
{
    public NodeScript Script { get; } = NewScript();

    /// <summary>The names of the cases, as the script has them.</summary>
    public static IEnumerable<string> Cases => NewScript().Cases;

    public async ValueTask InitializeAsync()
    {
        if (Script.WhyAbsent is null)
        {
            await Script.RunAsync(EnvironmentOf(gateway), TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>What a script needs to know of the shared gateway.</summary>
    public static Dictionary<string, string> EnvironmentOf(RunningGateway gateway) => new()
    {
        ["OPENAI_BASE_URL"] = gateway.Process.OpenAiBase.AbsoluteUri,
        ["GATEWAY_ADMIN_URL"] = new Uri(gateway.Process.BaseAddress, "admin/v1").AbsoluteUri,
        ["GATEWAY_ADMIN_KEY"] = gateway.Process.AdminKey,
        ["GATEWAY_TENANT"] = gateway.Tenant,
    };

    private static NodeScript NewScript() => new("openai.test.mjs", "openai");
}
