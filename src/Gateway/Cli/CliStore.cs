using Gateway.Admin;
using Gateway.Core.Callers;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Cli;

/// <summary>
/// The stores of the configured database, beside gateways that may be running on it: they see every change within a second. What running requests hold of
/// a balance is known to the database where nodes share one, and to the process that serves alone where it is SQLite.
/// </summary>
internal sealed class CliStore : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private CliStore(ServiceProvider services) => _services = services;

    /// <summary>The command line has the rights of the operator, who can read the database anyway.</summary>
    public AdminCaller Caller { get; } = new(Role.Owner, null, Actor.CommandLine);

    public TenantStore Tenants => Get<TenantStore>();

    public KeyStore Keys => Get<KeyStore>();

    public FundsStore Funds => Get<FundsStore>();

    public LedgerStore Ledger => Get<LedgerStore>();

    public UsageStore Usage => Get<UsageStore>();

    public AuditLog Audit => Get<AuditLog>();

    public TimeProvider Time => Get<TimeProvider>();

    /// <summary>Opens the database, and brings it up to this version where it is older or new.</summary>
    public static async Task<CliStore> OpenAsync(IConfiguration settings, CancellationToken ct)
    {
        var collection = new ServiceCollection().AddLogging().AddStorage(settings).AddKeys()
            .AddSingleton<FundsStore>().AddSingleton<LedgerStore>().AddSingleton<UsageStore>();
        collection.TryAddRedis(settings); // Where nodes share one, they are told of changes at once.
        var services = collection.BuildServiceProvider();
        try
        {
            var database = services.GetRequiredService<Database>();
            if (database.Dialect.PrepareSql is { } prepare)
            {
                await database.ExecuteAsync(prepare, [], ct);
            }

            await services.GetRequiredService<Migrator>().MigrateAsync(ct);
            return new CliStore(services);
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    /// <summary>A writer for single rows, without a spool: that belongs to the gateway that runs here.</summary>
    public async Task<T> WriteLedgerAsync<T>(Func<LedgerWriter, Task<T>> write, CancellationToken ct)
    {
        var database = Get<Database>();
        using var writer = new LedgerWriter(database, LedgerRegistration.SinkFor(database), Time, NullLogger<LedgerWriter>.Instance);
        await writer.StartAsync(ct);
        try
        {
            return await write(writer);
        }
        finally
        {
            await writer.StopAsync(CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();
}
