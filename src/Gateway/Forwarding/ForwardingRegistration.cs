namespace Gateway.Forwarding;

internal static class ForwardingRegistration
{
    public static IServiceCollection AddForwarding(this IServiceCollection services)
    {
        services.AddHttpForwarder();
        services.AddSingleton<ProviderClients>();
        services.AddSingleton<Forwarder>();
        return services;
    }
}
