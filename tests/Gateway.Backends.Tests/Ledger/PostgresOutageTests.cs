using Gateway.Backends.Tests.Ledger.Spooling;
using Gateway.Backends.Tests.Storage;
using Gateway.Ledger;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Ledger;

public sealed class PostgresOutageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Server_killed_and_restarted_in_the_middle_of_commits_loses_and_doubles_nothing()
    {
        SharedPostgres.SkipWhereAbsent();
        await using var server = await PostgresServer.StartNewAsync();
        var storage = new StorageOptions { Postgres = await server.CreateDatabaseAsync() };
        await using var database = StorageRegistration.Open(storage, TimeProvider.System);
        await new Migrator(database, TimeProvider.System, NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);
        using var data = new TemporaryFolder();
        await using var node = await SpoolNode.StartAsync(database, storage, data, new LedgerOptions { WhenDatabaseIsDown = "spool" });

        // They commit without a pause until told to stop, so that every kill hits commits that are under way.
        using var stop = new CancellationTokenSource();
        var committing = Enumerable.Range(0, 4).Select(seed => Task.Run(
            async () =>
            {
                var rows = new RandomRows(seed);
                var mine = new List<LedgerEntry>();
                while (!stop.IsCancellationRequested)
                {
                    mine.Add(rows.Next());
                    await node.CommitAsync(mine[^1]);
                }

                return mine;
            },
            Ct)).ToArray();
        for (var kill = 1; kill <= 2; kill++)
        {
            while (node.Written.Count < 500 * kill)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Ct);
            }

            await server.KillAsync();
            while (node.Spool.Rows < 300)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Ct);
            }

            await server.StartAsync();
            while (node.Logs.Lines.Count(line => line.Contains("The spool is drained", StringComparison.Ordinal)) < kill)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Ct);
            }
        }

        await stop.CancelAsync();
        var committed = await Task.WhenAll(committing);

        await node.StopAsync();
        await node.ShouldHoldAsync(committed.SelectMany(mine => mine));
        var order = node.Written.Select((id, at) => (id, at)).ToDictionary(pair => pair.id, pair => pair.at, StringComparer.Ordinal);
        foreach (var mine in committed)
        {
            // Of a write whose answer the crash swallowed the second try counts; whoever waited for it committed nothing meanwhile.
            mine.Select(row => order[row.RequestId]).ShouldBeInOrder();
        }
    }

    [Fact]
    public async Task Killed_server_fails_rows_quickly_and_gets_them_when_it_is_back()
    {
        SharedPostgres.SkipWhereAbsent();
        await using var server = await PostgresServer.StartNewAsync();
        await using var database = StorageRegistration.Open(new StorageOptions { Postgres = await server.CreateDatabaseAsync() }, TimeProvider.System);
        await new Migrator(database, TimeProvider.System, NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);
        using var writer = new LedgerWriter(database, LedgerRegistration.SinkFor(database), TimeProvider.System, NullLogger<LedgerWriter>.Instance);
        await writer.StartAsync(CancellationToken.None);
        var before = LedgerEntries.At(LedgerEntries.Begin);
        await writer.CommitAsync(before, CancellationToken.None);

        await server.KillAsync();
        var lost = LedgerEntries.At(LedgerEntries.Begin.AddSeconds(1));
        await Should.ThrowAsync<LedgerUnavailableException>(
            writer.CommitAsync(lost, CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

        await server.StartAsync();
        await writer.CommitAsync(lost, CancellationToken.None);

        // A restart between two rows is not even noticed: the dead connection is replaced.
        await server.KillAsync();
        await server.StartAsync();
        var after = LedgerEntries.At(LedgerEntries.Begin.AddSeconds(2));
        await writer.CommitAsync(after, CancellationToken.None);

        var page = await new LedgerStore(database).ListAsync(new LedgerQuery(null, null, null, null, null, null, 50), CancellationToken.None);
        page.Rows.ShouldBe([after, lost, before]);
        await writer.StopAsync(CancellationToken.None);
    }
}
