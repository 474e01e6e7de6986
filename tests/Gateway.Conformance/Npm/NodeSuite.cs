using Gateway.Conformance.Running;
using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>The cases of a script of <c>node</c>, run once against the shared gateway.</summary>
public abstract class NodeSuite(RunningGateway gateway, NodeScript script) : IAsyncLifetime
{
    public NodeScript Script => script;

    public async ValueTask InitializeAsync()
    {
        if (Script.WhyAbsent is null)
        {
            await Script.RunAsync(
                new Dictionary<string, string>
                {
                    ["OPENAI_BASE_URL"] = gateway.Process.OpenAiBase.AbsoluteUri,
                    ["GATEWAY_ADMIN_URL"] = new Uri(gateway.Process.BaseAddress, "admin/v1").AbsoluteUri,
                    ["GATEWAY_ADMIN_KEY"] = gateway.Process.AdminKey,
                    ["GATEWAY_TENANT"] = gateway.Tenant,
                },
                TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
