using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Xunit;

namespace Gateway.Tests.Dialects;

/// <summary>A test with a gateway of its own in front of a provider that speaks Anthropic's Messages API.</summary>
public abstract class AnthropicTest : IAsyncLifetime
{
    private protected AnthropicUpstream Upstream { get; private set; } = null!; // Set before any test runs.

    private protected GatewayApp App { get; private set; } = null!; // Set before any test runs.

    private protected RequestProbe Probe { get; } = new();

    protected static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Upstream = await AnthropicUpstream.StartAsync();
        App = await GatewayApp.StartAsync(new GatewayAppOptions { Catalog = Upstream.Catalog, Services = Probe.Register });
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Upstream.DisposeAsync();
        Probe.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static string Body(bool stream = false, string more = "") => ChatBody.Text("hello", "claude", stream, more);
}
