using Gateway.Storage;

namespace Gateway.Funds;

internal static class FundsRegistration
{
    /// <summary>After <see cref="StorageRegistration.AddStorage"/>. Held in the database where several nodes may share it, else in this process.</summary>
    public static IServiceCollection AddFunds(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<FundsStore>();
        services.AddSingleton<BudgetWatch>();
        if (string.IsNullOrEmpty(configuration[StorageOptions.PostgresKey]))
        {
            return services
                .AddSingleton<LocalFunds>()
                .AddSingleton<IFunds>(static provider => provider.GetRequiredService<LocalFunds>());
        }

        return services
            .AddSingleton<SharedFunds>()
            .AddSingleton<IFunds>(static provider => provider.GetRequiredService<SharedFunds>())
            .AddHostedService<HoldKeeper>();
    }
}
