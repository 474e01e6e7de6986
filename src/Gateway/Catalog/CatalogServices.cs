using Gateway.Core.Models;
using Gateway.Storage;
using Gateway.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gateway.Catalog;

/// <summary>Composition of the catalog.</summary>
internal static class CatalogServices
{
    /// <summary>A <see cref="CatalogOverlay"/> that is registered besides is put behind every model.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="configuration">The host's.</param>
    /// <param name="choose">Gives what picks one of a card's deployments.</param>
    public static IServiceCollection AddCatalog(
        this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, Func<ModelCard, Deployment>> choose)
    {
        services.AddOptions<CatalogOptions>().Bind(configuration.GetSection(CatalogOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CatalogOptions>, CatalogOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new CatalogStore(
            CatalogFile.Find(
                provider.GetRequiredService<IOptions<CatalogOptions>>().Value.CatalogPath,
                provider.GetRequiredService<IHostEnvironment>().ContentRootPath,
                AppContext.BaseDirectory),
            Environment.GetEnvironmentVariable,
            provider.GetService<CatalogOverlay>(),
            provider.GetRequiredService<ILogger<CatalogStore>>(),
            provider.GetService<GatewayMetrics>()));
        services.AddSingleton(provider => new ModelResolver(provider.GetRequiredService<CatalogStore>(), choose(provider)));
        services.AddHostedService<CatalogWatcher>();
        services.AddHealthChecks().AddCheck<CatalogHealth>("catalog", tags: [StorageRegistration.Ready]);
        return services;
    }
}
