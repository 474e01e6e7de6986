using Gateway.Simulator;
using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>The cases of <c>node/anthropic-simulator.test.mjs</c>, run once against a simulator and no gateway.</summary>
public sealed class AnthropicSimulatorSuite : IAsyncLifetime
{
    private const string Key = "sk-ant-simulated";

    public NodeScript Script { get; } = NewScript();

    /// <summary>The names of the cases, as the script has them.</summary>
    public static IEnumerable<string> Cases => NewScript().Cases;

    public async ValueTask InitializeAsync()
    {
        if (Script.WhyAbsent is null)
        {
            var ct = TestContext.Current.CancellationToken;
            await using var provider = await SimulatorHost.StartAsync(new SimulatorOptions { ApiKey = Key }, ct);
            await Script.RunAsync(
                new Dictionary<string, string> { ["ANTHROPIC_BASE_URL"] = provider.BaseAddress.AbsoluteUri, ["ANTHROPIC_API_KEY"] = Key }, ct);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static NodeScript NewScript() => new("anthropic-simulator.test.mjs", "@anthropic-ai/sdk");
}
