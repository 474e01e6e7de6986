using Gateway.Testing;
using Xunit;

namespace Gateway.Tests;

/// <summary>A test with a gateway of its own.</summary>
public abstract class GatewayTest : IAsyncLifetime
{
    private protected GatewayApp App { get; private set; } = null!; // Set before any test runs.

    protected static CancellationToken Timeout => TestContext.Current.CancellationToken;

    protected virtual GatewayAppOptions Options => new();

    public async ValueTask InitializeAsync() => App = await GatewayApp.StartAsync(Options);

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
