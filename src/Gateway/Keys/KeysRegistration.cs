using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Keys;

internal static class KeysRegistration
{
    /// <summary>After <see cref="Storage.StorageRegistration.AddStorage"/>.</summary>
    public static IServiceCollection AddKeys(this IServiceCollection services)
    {
        services.AddSingleton<KeyCache>();
        services.AddSingleton<KeyStore>();
        services.AddSingleton<TenantStore>();
        services.AddSingleton<KeyAuthenticator>();
        services.AddSingleton<BadKeys>();
        services.AddSingleton<KeyUses>();
        services.AddHostedService<KeyChangePoll>();
        services.AddHostedService(static provider => provider.GetRequiredService<KeyUses>());
        return services;
    }

    /// <summary>Gives each connection a <see cref="ConnectionKey"/>.</summary>
    public static KestrelServerOptions RememberKeys(this KestrelServerOptions kestrel)
    {
        kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.Use(static next => connection =>
        {
            connection.Features.Set(new ConnectionKey());
            return next(connection);
        }));
        return kestrel;
    }
}
