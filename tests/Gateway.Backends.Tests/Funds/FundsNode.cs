using System.Diagnostics.Metrics;
using Gateway.Backends.Tests.Ledger;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Storage;
using Gateway.Telemetry;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Backends.Tests.Funds;

/// <summary>Money as one node has it, with a ledger beside it, on a database that other nodes may share.</summary>
internal sealed class FundsNode : IAsyncDisposable
{
    private readonly ServiceProvider _metrics = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private FundsNode(Database database)
    {
        Database = database;
        Store = new FundsStore(database, new AuditLog(database, TimeProvider.System), TimeProvider.System);
        var watch = new BudgetWatch(new GatewayMetrics(_metrics.GetRequiredService<IMeterFactory>(), TimeProvider.System), NullLogger<BudgetWatch>.Instance);
        if (database.Dialect is PostgresDialect)
        {
            Funds = Shared = new SharedFunds(database, Store, watch, TimeProvider.System, NullLogger<SharedFunds>.Instance);
            Sink = new FaultySink(LedgerRegistration.SinkFor(database));
        }
        else
        {
            var local = new LocalFunds(Store, watch, TimeProvider.System, NullLogger<LocalFunds>.Instance);
            Funds = local;
            Sink = new FaultySink(LedgerRegistration.SinkFor(database, local.Commit));
        }

        Writer = new LedgerWriter(database, Sink, TimeProvider.System, NullLogger<LedgerWriter>.Instance);
        Ledger = new LedgerStore(database);
        Refunds = new Refunds(Ledger, Writer, TimeProvider.System);
        Audit = new FundsAudit(database);
    }

    public Database Database { get; }

    public FundsStore Store { get; }

    public IFunds Funds { get; }

    /// <summary>Null where the database is the node's own.</summary>
    public SharedFunds? Shared { get; }

    public FaultySink Sink { get; }

    public LedgerWriter Writer { get; }

    public LedgerStore Ledger { get; }

    public Refunds Refunds { get; }

    public FundsAudit Audit { get; }

    public static async Task<FundsNode> StartAsync(TestDatabase test)
    {
        var node = new FundsNode(test.Open());
        await node.Writer.StartAsync(CancellationToken.None);
        return node;
    }

    public TenantStore Tenants()
    {
        var (changes, audit) = (new ChangeLog(Database, TimeProvider.System), new AuditLog(Database, TimeProvider.System));
        return new TenantStore(Database, changes, audit, new KeyCache(), TimeProvider.System);
    }

    /// <summary>As the pipeline does it: holds, and where that succeeds commits a row over the amount.</summary>
    /// <returns>False where it was refused.</returns>
    public async Task<bool> TrySpendAsync(Caller caller, DateTimeOffset at, Money ceiling, Money amount)
    {
        var entry = RowOf(caller, at, amount);
        if (!(await Funds.HoldAsync(entry.RequestId, caller.FundsAt(at).Bounds, ceiling)).TryGet(out var hold, out _))
        {
            return false;
        }

        await Writer.CommitAsync(entry, CancellationToken.None);
        await hold.EndAsync(HoldEnd.Committed);
        return true;
    }

    public static LedgerEntry RowOf(Caller caller, DateTimeOffset at, Money amount) => LedgerEntries.At(at) with
    {
        TenantId = caller.Tenant,
        KeyId = caller.Key,
        Amount = amount,
        Prepaid = caller.Mode == BillingMode.Prepaid,
    };

    public async Task<List<string>> DifferencesAsync()
    {
        var differences = new List<string>();
        await foreach (var difference in Audit.DifferencesAsync(CancellationToken.None))
        {
            differences.Add(difference.ToString());
        }

        return differences;
    }

    public Task<FundsState> ReadAsync(FundsAccount account) => Store.ReadAsync(account, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Sink.Open();
        await Writer.StopAsync(CancellationToken.None);
        Writer.Dispose();
        await _metrics.DisposeAsync();
    }
}
