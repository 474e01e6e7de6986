using Gateway.Conformance.Running;
using Gateway.Simulator;
using Gateway.Testing;
using Gateway.Testing.Redaction;
using Shouldly;
using Xunit;

[assembly: AssemblyFixture(typeof(RunningGateway))]

namespace Gateway.Conformance.Running;

/// <summary>
/// One gateway process for all suites, with a simulated provider behind it. Suites run side by side: each test takes a key of its own, and
/// tells the provider what to do in the text of its message.
/// </summary>
public sealed class RunningGateway : IAsyncLifetime
{
    private SimulatorHost _provider = null!; // All are there once InitializeAsync is through.
    private GatewayProcess _process = null!;
    private GatewayAdmin _admin = null!;
    private RunEvidence _evidence = null!;
    private bool _searched;

    /// <summary>The key that the provider wants and no client may see.</summary>
    public string ProviderKey { get; } = $"sk-provider-{Guid.NewGuid():N}";

    public SimulatorHost Provider => _provider;

    public GatewayProcess Process => _process;

    public GatewayAdmin Admin => _admin;

    /// <summary>The tenant of all keys.</summary>
    public string Tenant { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        _evidence = await RunEvidence.BeginAsync(ct);
        _provider = await SimulatorHost.StartAsync(new SimulatorOptions { ApiKey = ProviderKey, RecordedRequests = 4096 }, ct);
        _process = await GatewayProcess.StartAsync(new GatewayProcessOptions { Catalog = Offer.Text(_provider.OpenAiBase, ProviderKey) }, ct);
        _admin = new GatewayAdmin(_process.BaseAddress, _process.AdminKey);
        Tenant = await _admin.CreateTenantAsync("conformance", "{}", ct);
    }

    /// <summary>A key without limits.</summary>
    public Task<GatewayKey> NewKeyAsync() => NewKeyAsync("{}");

    /// <param name="more">Further fields of the key, as JSON.</param>
    public Task<GatewayKey> NewKeyAsync(string more) =>
        _admin.CreateKeyAsync(Tenant, "test", more, TestContext.Current.CancellationToken);

    /// <summary>Ends this gateway, and searches what it and all others of the run left behind. Nothing runs any more by then.</summary>
    /// <returns>What was found, and what was searched.</returns>
    public async Task<(IReadOnlyList<string> Found, string Report)> SearchAsync()
    {
        _searched = true;
        await _process.StopAsync();
        await _process.DisposeAsync();
        var found = await _evidence.EndAsync();
        return (found, _evidence.Report);
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        // Where the test that does it was not among those that ran.
        IReadOnlyList<string> found = _process is null || _searched ? [] : (await SearchAsync()).Found;

        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }

        if (_evidence is not null)
        {
            await _evidence.DisposeAsync();
        }

        found.ShouldBeEmpty();
    }
}
