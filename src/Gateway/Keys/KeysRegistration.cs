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
        services.AddHostedService<KeyChangePoll>();
        return services;
    }
}
