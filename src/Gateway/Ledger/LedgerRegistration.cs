using Gateway.Core.Admission;
using Gateway.Ledger.Spooling;
using Gateway.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Gateway.Ledger;

internal static class LedgerRegistration
{
    /// <summary>After <see cref="StorageRegistration.AddStorage"/>, and before what serves requests, so that it stops after them.</summary>
    /// <param name="onCommitted">
    /// Told the request ids of rows that are durable, and how the accounts that they moved stand; on the writer's thread, and from SQLite alone: elsewhere other
    /// nodes move them too.
    /// </param>
    public static IServiceCollection AddLedger(this IServiceCollection services, Func<IServiceProvider, Action<IReadOnlyList<string>, IReadOnlyList<FundsState>>?>? onCommitted = null)
    {
        services.AddSingleton<IValidateOptions<LedgerOptions>, LedgerOptionsValidator>();
        services.AddOptions<LedgerOptions>().BindConfiguration(LedgerOptions.Section).ValidateOnStart();
        services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<LedgerSpool>(provider, provider.GetRequiredService<IOptions<StorageOptions>>().Value.SpoolDirectory));
        services.AddSingleton<ILedgerSink>(provider => SinkFor(provider.GetRequiredService<Database>(), onCommitted?.Invoke(provider)));
        services.AddSingleton<LedgerWriter>();
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<UsageStore>();
        services.AddSingleton<UsageBuckets>();
        services.AddSingleton<Settlement>();
        services.AddSingleton<Refunds>();
        services.AddSingleton<LedgerMonths>();
        services.AddSingleton<LedgerExport>();
        services.AddHostedService<LedgerRetention>();
        services.AddHostedService(provider => provider.GetRequiredService<LedgerWriter>());
        services.AddHealthChecks().AddCheck<LedgerHealth>("ledger", tags: [StorageRegistration.Ready]);

        // A node that goes on without the database must not lose its requests to a balancer's probe; the ledger's own check says when it cannot.
        services.AddOptions<HealthCheckServiceOptions>().PostConfigure<IOptions<LedgerOptions>>((health, ledger) =>
        {
            if (LedgerOptions.ToOutagePolicy(ledger.Value.WhenDatabaseIsDown) == OutagePolicy.Spool)
            {
                health.Registrations.First(check => check.Name == StorageRegistration.DatabaseCheck).FailureStatus = HealthStatus.Degraded;
            }
        });
        return services;
    }

    public static ILedgerSink SinkFor(Database database, Action<IReadOnlyList<string>, IReadOnlyList<FundsState>>? onCommitted = null) => database.Dialect switch
    {
        PostgresDialect => new PostgresLedgerSink(database),
        _ => new SqliteLedgerSink(database, onCommitted),
    };
}
