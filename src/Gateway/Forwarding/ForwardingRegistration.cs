using Gateway.Core.Models;
using Gateway.Forwarding.Routing;
using Gateway.Telemetry;
using Microsoft.Extensions.Options;

namespace Gateway.Forwarding;

internal static class ForwardingRegistration
{
    /// <param name="services">The host's.</param>
    /// <param name="configuration">The host's.</param>
    /// <param name="deployments">Gives those of the catalog in force.</param>
    public static IServiceCollection AddForwarding(
        this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, Func<IEnumerable<Deployment>>> deployments)
    {
        services.AddHttpForwarder();
        services.AddSingleton<IValidateOptions<DisconnectOptions>, DisconnectOptionsValidator>();
        services.AddOptions<DisconnectOptions>().Bind(configuration.GetSection(DisconnectOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KeepAliveOptions>, KeepAliveOptionsValidator>();
        services.AddOptions<KeepAliveOptions>().Bind(configuration.GetSection(KeepAliveOptions.Section)).ValidateOnStart();
        services.AddSingleton<ForcedStop>();
        services.AddSingleton<ProviderClients>();
        services.AddSingleton(provider => new DeploymentStates(deployments(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new DeploymentBoard(provider.GetRequiredService<DeploymentStates>().Read));
        services.AddSingleton(provider =>
        {
            provider.GetRequiredService<GatewayMetrics>().ObserveDeployments(provider.GetRequiredService<DeploymentBoard>());
            return new Router(provider.GetRequiredService<DeploymentStates>(), Random.Shared, provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<UpstreamSender>();
        services.AddSingleton<Forwarder>();
        services.AddSingleton<StoredCall>();
        return services;
    }
}
