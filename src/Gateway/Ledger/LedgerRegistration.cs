using Gateway.Storage;

namespace Gateway.Ledger;

internal static class LedgerRegistration
{
    /// <summary>After <see cref="StorageRegistration.AddStorage"/>, and before what serves requests, so that it stops after them.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.AddSingleton<ILedgerSink>(provider => SinkFor(provider.GetRequiredService<Database>()));
        services.AddSingleton<LedgerWriter>();
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<UsageStore>();
        services.AddSingleton<Settlement>();
        services.AddHostedService(provider => provider.GetRequiredService<LedgerWriter>());
        return services;
    }

    public static ILedgerSink SinkFor(Database database) => database.Dialect switch
    {
        PostgresDialect => new PostgresLedgerSink(database),
        _ => new SqliteLedgerSink(database),
    };
}
