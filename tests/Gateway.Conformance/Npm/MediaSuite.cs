using Gateway.Conformance.Running;
using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>The cases of <c>node/media.test.mjs</c>, run once against the shared gateway.</summary>
public sealed class MediaSuite(RunningGateway gateway) : IAsyncLifetime
{
    public NodeScript Script { get; } = NewScript();

    /// <summary>The names of the cases, as the script has them.</summary>
    public static IEnumerable<string> Cases => NewScript().Cases;

    public async ValueTask InitializeAsync()
    {
        if (Script.WhyAbsent is null)
        {
            await Script.RunAsync(NodeSuite.EnvironmentOf(gateway), TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static NodeScript NewScript() => new("media.test.mjs", "openai");
}
