using Gateway.Backends.Tests.Storage;
using Gateway.Ledger;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Ledger;

public sealed class PostgresLedgerRetentionTests() : LedgerRetentionSuite(Backend.Postgres)
{
    private const string Partitions = "select relname from pg_class where relispartition and relkind = 'r' and relname like 'ledger%' order by relname";

    [Fact]
    public async Task Rows_lie_in_the_partition_of_their_month_and_nodes_that_open_months_at_once_do_not_fail()
    {
        await using var node = await LedgerNode.StartAsync(Backend.Postgres);
        var clock = new FrozenClock(new DateTimeOffset(2025, 12, 31, 23, 59, 59, TimeSpan.Zero));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new LedgerMonths(node.Database, clock).OpenAsync(TestContext.Current.CancellationToken)));
        await node.CommitAsync(LedgerEntries.At(new DateTimeOffset(2025, 12, 31, 23, 59, 59, 999, TimeSpan.Zero)));
        await node.CommitAsync(LedgerEntries.At(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        await node.CommitAsync(LedgerEntries.At(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero)));

        (await ListAsync(node, Partitions)).ShouldContain("ledger_2026_02");
        (await ListAsync(node, "select cast(tableoid::regclass as text) from ledger order by request_id")).ShouldBe(["ledger_other", "ledger_2025_12", "ledger_2026_01"]);
    }

    private static Task<List<string>> ListAsync(LedgerNode node, string sql) =>
        node.Database.ListAsync(sql, row => row.GetString(0), [], TestContext.Current.CancellationToken);
}
