using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Idempotency;

internal static class IdempotencyRegistration
{
    /// <summary>After <see cref="StorageRegistration.AddStorage"/>, and before what serves requests, so that leases are kept until the last has ended.</summary>
    /// <param name="services">What it is added to.</param>
    /// <param name="configuration">Where its settings are.</param>
    /// <param name="isSpooling">Whether ledger rows wait for the database.</param>
    public static IServiceCollection AddIdempotency(this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, Func<bool>> isSpooling)
    {
        services.AddSingleton<IValidateOptions<IdempotencyOptions>, IdempotencyOptionsValidator>();
        services.AddOptions<IdempotencyOptions>().Bind(configuration.GetSection(IdempotencyOptions.Section)).ValidateOnStart();
        services.AddSingleton<KeyStatements>();
        services.AddSingleton<IdempotencyStore>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ClaimKeeper>(provider, isSpooling(provider)));
        services.AddSingleton<KeyGuard>();
        services.AddSingleton<KeySweeper>();
        services.AddHostedService(provider => provider.GetRequiredService<ClaimKeeper>());
        services.AddHostedService(provider => provider.GetRequiredService<KeySweeper>());
        return services;
    }
}
