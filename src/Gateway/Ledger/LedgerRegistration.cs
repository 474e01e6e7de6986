using Gateway.Core.Admission;
using Gateway.Storage;

namespace Gateway.Ledger;

internal static class LedgerRegistration
{
    /// <summary>After <see cref="StorageRegistration.AddStorage"/>, and before what serves requests, so that it stops after them.</summary>
    /// <param name="onMoved">Told how an account stands once rows that moved it are durable; on the writer's thread, and from SQLite alone: elsewhere other nodes move them too.</param>
    public static IServiceCollection AddLedger(this IServiceCollection services, Func<IServiceProvider, Action<FundsState>?>? onMoved = null)
    {
        services.AddSingleton<ILedgerSink>(provider => SinkFor(provider.GetRequiredService<Database>(), onMoved?.Invoke(provider)));
        services.AddSingleton<LedgerWriter>();
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<UsageStore>();
        services.AddSingleton<Settlement>();
        services.AddSingleton<Refunds>();
        services.AddHostedService(provider => provider.GetRequiredService<LedgerWriter>());
        return services;
    }

    public static ILedgerSink SinkFor(Database database, Action<FundsState>? onMoved = null) => database.Dialect switch
    {
        PostgresDialect => new PostgresLedgerSink(database),
        _ => new SqliteLedgerSink(database, onMoved),
    };
}
