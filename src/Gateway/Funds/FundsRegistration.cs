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
        services.AddSingleton<SpooledHolds>();
        if (string.IsNullOrEmpty(configuration[StorageOptions.PostgresKey]))
        {
            services.AddSingleton<LocalFunds>();
            services.AddSingleton<IFunds>(static provider => provider.GetRequiredService<LocalFunds>());
            services.AddSingleton<IHolds>(static provider => provider.GetRequiredService<LocalFunds>());
        }
        else
        {
            services.AddSingleton<SharedFunds>();
            services.AddSingleton<IFunds>(static provider => provider.GetRequiredService<SharedFunds>());
            services.AddSingleton<IHolds>(static provider => provider.GetRequiredService<SharedFunds>());
            services.AddHostedService<HoldKeeper>();
        }

        return services.AddHostedService(provider => ActivatorUtilities.CreateInstance<SpooledHoldsKeeper>(provider, isSpooling(provider)));
    }
}
