using Gateway.Storage;

namespace Gateway.Funds;

internal static class FundsRegistration
{
    /// <summary>After <see cref="StorageRegistration.AddStorage"/>. Held in the database where several nodes may share it, else in this process.</summary>
    /// <param name="isSpooling">Whether ledger rows wait for the database, so that it does not know yet what was spent.</param>
    public static IServiceCollection AddFunds(this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, Func<bool>> isSpooling)
    {
        services.AddSingleton<FundsStore>();
        services.AddSingleton<BudgetWatch>();
        if (string.IsNullOrEmpty(configuration[StorageOptions.PostgresKey]))
        {
            services.AddSingleton<LocalFunds>();
            services.AddSingleton<IFunds>(static provider => provider.GetRequiredService<LocalFunds>());
            return services;
        }

        services.AddSingleton<SharedFunds>();
        services.AddSingleton<IFunds>(static provider => provider.GetRequiredService<SharedFunds>());
        return services.AddHostedService(provider => ActivatorUtilities.CreateInstance<HoldKeeper>(provider, isSpooling(provider)));
    }
}
