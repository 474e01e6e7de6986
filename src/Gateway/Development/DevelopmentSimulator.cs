using System.Security.Cryptography;
using Gateway.Catalog;
using Gateway.Simulator;

namespace Gateway.Development;

/// <summary>The built-in provider of Development: on a loopback port of its own, behind every model whose real provider has no key.</summary>
internal sealed class DevelopmentSimulator : IAsyncDisposable
{
    public const string AdminKey = "Gateway:AdminKey";

    private readonly SimulatorHost _host;

    private DevelopmentSimulator(SimulatorHost host) => _host = host;

    /// <summary>Adds the simulator, the demo tenant and its key; in any other environment, nothing.</summary>
    public static async Task<WebApplicationBuilder> AddDevelopmentAsync(WebApplicationBuilder builder)
    {
        if (builder.Environment.IsDevelopment())
        {
            // Outside of Development an admin API without a key of the operator's choice is off.
            builder.Configuration[AdminKey] ??= $"admin-{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
            var host = await SimulatorHost.StartAsync(new SimulatorOptions(), CancellationToken.None);
            builder.Services.AddSingleton(_ => new DevelopmentSimulator(host));
            builder.Services.AddSingleton(new CatalogOverlay("simulator", host.OpenAiBase));
            builder.Services.AddHostedService<DemoKey>();
        }

        return builder;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
