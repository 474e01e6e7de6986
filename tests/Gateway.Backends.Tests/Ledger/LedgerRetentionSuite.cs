using System.IO.Compression;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Funds;
using Gateway.Ledger;
using Gateway.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Ledger;

/// <summary>Months that are dropped: exported before, and never missed by the books.</summary>
public abstract class LedgerRetentionSuite(Backend backend)
{
    private static readonly DateTimeOffset January = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly LedgerQuery Everything = new(null, null, null, null, null, null, 1000);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Months_that_are_old_enough_are_exported_dropped_and_not_missed()
    {
        await using var run = await Run.StartAsync(backend);
        var rows = await run.WriteAsync(January.AddHours(1), January.AddDays(30), January.AddMonths(1), January.AddMonths(2).AddTicks(-10), January.AddMonths(2), January.AddMonths(3));
        var usage = await run.UsageAsync();

        // 40 days before the tenth of April is the first of March.
        await run.Retention(January.AddMonths(3).AddDays(9), days: 40).RunOnceAsync(Ct);

        (await run.Node.ReadAllAsync(Everything)).Select(row => row.RequestId).Order().ShouldBe(rows[4..].Select(row => row.RequestId).Order());
        run.Exported("ledger-2026-01.csv.gz").ShouldBe([rows[1].RequestId, rows[0].RequestId]);
        run.Exported("ledger-2026-02.csv.gz").ShouldBe([rows[3].RequestId, rows[2].RequestId]);
        (await run.UsageAsync()).ShouldBe(usage);
        (await run.DifferencesAsync()).ShouldBeEmpty();
        (await run.BalanceAsync()).ShouldBe(new Money(-6 * 1000));
    }

    [Fact]
    public async Task Row_that_comes_late_is_dropped_in_its_turn_and_the_first_export_stays()
    {
        await using var run = await Run.StartAsync(backend);
        var first = await run.WriteAsync(January);
        var retention = run.Retention(January.AddMonths(3), days: 5);
        await retention.RunOnceAsync(Ct);

        var late = await run.WriteAsync(January.AddHours(2));
        (await run.DifferencesAsync()).ShouldBeEmpty();
        await retention.RunOnceAsync(Ct);

        run.Exported("ledger-2026-01.csv.gz").ShouldBe([first[0].RequestId]);
        run.Exported("ledger-2026-01.2.csv.gz").ShouldBe([late[0].RequestId]);
        (await run.Node.CountAsync()).ShouldBe(0);
        (await run.DifferencesAsync()).ShouldBeEmpty();
        (await run.BalanceAsync()).ShouldBe(new Money(-2 * 1000));
    }

    [Fact]
    public async Task Without_a_retention_nothing_is_dropped()
    {
        await using var run = await Run.StartAsync(backend);
        await run.WriteAsync(January);

        await run.Retention(January.AddYears(50), days: null).RunOnceAsync(Ct);

        (await run.Node.CountAsync()).ShouldBe(1);
        Directory.Exists(run.Archive).ShouldBeFalse();
    }

    [Fact]
    public async Task Many_rows_of_a_month_go_in_steps_and_what_they_paid_is_kept()
    {
        await using var run = await Run.StartAsync(backend);
        await run.WriteAsync([.. Enumerable.Range(0, 4500).Select(i => January.AddSeconds(i))]);

        await run.Retention(January.AddMonths(2), days: 1).RunOnceAsync(Ct);

        (await run.Node.CountAsync()).ShouldBe(0);
        run.Exported("ledger-2026-01.csv.gz").Length.ShouldBe(4500);
        (await run.DifferencesAsync()).ShouldBeEmpty();
        (await run.BalanceAsync()).ShouldBe(new Money(-4500 * 1000));
    }

    /// <summary>A ledger whose rows are one tenant's, each paid by a thousand nano-dollars of its balance, with months opened as of January.</summary>
    private sealed class Run(LedgerNode node, string folder) : IAsyncDisposable
    {
        private static readonly TenantId Tenant = new($"ten_{1:x32}");

        public LedgerNode Node => node;

        public string Archive => Path.Combine(folder, "archive");

        public static async Task<Run> StartAsync(Backend backend)
        {
            var node = await LedgerNode.StartAsync(backend);
            var run = new Run(node, Directory.CreateTempSubdirectory("gateway-retention-").FullName);
            await new LedgerMonths(node.Database, new FrozenClock(January)).OpenAsync(Ct);
            await new FundsStore(node.Database, new AuditLog(node.Database, TimeProvider.System), TimeProvider.System).OpenAsync(FundsAccount.Balance(Tenant), Ct);
            return run;
        }

        public async Task<LedgerEntry[]> WriteAsync(params DateTimeOffset[] times)
        {
            LedgerEntry[] rows = [.. times.Select(time => LedgerEntries.At(time) with { TenantId = Tenant, Amount = new Money(1000), Prepaid = true })];
            await Task.WhenAll(rows.Select(node.CommitAsync));
            return rows;
        }

        public LedgerRetention Retention(DateTimeOffset now, int? days)
        {
            var clock = new FrozenClock(now);
            return new LedgerRetention(
                node.Database,
                new LedgerExport(node.Store, Options.Create(new StorageOptions { DataDirectory = folder })),
                new LedgerMonths(node.Database, clock),
                Options.Create(new LedgerOptions { RetentionDays = days }),
                clock,
                NullLogger<LedgerRetention>.Instance);
        }

        /// <summary>The request ids of an export, in its order.</summary>
        public string[] Exported(string name)
        {
            using var file = new GZipStream(File.OpenRead(Path.Combine(Archive, name)), CompressionMode.Decompress);
            using var reader = new StreamReader(file);
            return [.. reader.ReadToEnd().Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')[0])];
        }

        public Task<List<(long, long)>> UsageAsync() =>
            node.Database.ListAsync("select day, requests from usage_daily order by day", row => (row.GetInt64(0), row.GetInt64(1)), [], Ct);

        public async Task<Money> BalanceAsync()
        {
            var state = await new FundsStore(node.Database, new AuditLog(node.Database, TimeProvider.System), TimeProvider.System).ReadAsync(FundsAccount.Balance(Tenant), Ct);
            return state.Credited - state.Spent;
        }

        public async Task<List<string>> DifferencesAsync()
        {
            var differences = new List<string>();
            await foreach (var difference in new UsageAudit(node.Database).SumsAsync(null, null, null, Ct))
            {
                differences.Add(difference.ToString());
            }

            await foreach (var difference in new FundsAudit(node.Database).DifferencesAsync(Ct))
            {
                differences.Add(difference.ToString());
            }

            return differences;
        }

        public async ValueTask DisposeAsync()
        {
            await node.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
