using Gateway.Catalog;
using Gateway.Simulator;

namespace Gateway.Development;

/// <summary>The built-in provider of Development: on a loopback port of its own, behind every model whose real provider has no key.</summary>
internal sealed class DevelopmentSimulator : IAsyncDisposable
{
    private readonly SimulatorHost _host;

    private DevelopmentSimulator(SimulatorHost host) => _host = host;

    /// <summary>Adds the simulator, the demo tenant and its key; in any other environment, nothing.</summary>
    public static async Task<WebApplicationBuilder> AddDevelopmentAsync(WebApplicationBuilder builder)
    {
        if (builder.Environment.IsDevelopment())
        {
            var host = await SimulatorHost.StartAsync(new SimulatorOptions(), CancellationToken.None);
            builder.Services.AddSingleton(_ => new DevelopmentSimulator(host));
            builder.Services.AddSingleton(new CatalogOverlay("simulator", host.OpenAiBase));
            builder.Services.AddHostedService<DemoKey>();
        }

        return builder;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
