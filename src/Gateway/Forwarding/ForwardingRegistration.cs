using Microsoft.Extensions.Options;

namespace Gateway.Forwarding;

internal static class ForwardingRegistration
{
    public static IServiceCollection AddForwarding(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddHttpForwarder();
        services.AddSingleton<IValidateOptions<DisconnectOptions>, DisconnectOptionsValidator>();
        services.AddOptions<DisconnectOptions>().Bind(configuration.GetSection(DisconnectOptions.Section)).ValidateOnStart();
        services.AddSingleton<ForcedStop>();
        services.AddHostedService(provider => provider.GetRequiredService<ForcedStop>());
        services.AddSingleton<ProviderClients>();
        services.AddSingleton<Forwarder>();
        return services;
    }
}
