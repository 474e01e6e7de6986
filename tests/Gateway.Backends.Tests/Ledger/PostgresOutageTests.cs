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
