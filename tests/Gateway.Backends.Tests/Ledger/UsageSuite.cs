using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Ledger;

/// <summary>Daily sums, kept up beside the ledger.</summary>
public abstract class UsageSuite(Backend backend)
{
    private const UsageGroups ByAll = UsageGroups.Day | UsageGroups.Tenant | UsageGroups.Key | UsageGroups.Model;

    private static readonly UsageQuery Everything = new(UsageGroups.None, null, null, null, null, null, null, 1000);

    [Fact]
    public async Task Usage_equals_the_sums_of_the_ledgers_rows_by_every_grouping_and_filter()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var rows = new RandomRows(seed: 4).Next(600);

        // A third of them twice.
        await Task.WhenAll(rows.Concat(rows[..200]).Select(node.CommitAsync));
        var store = new UsageStore(node.Database);

        for (var groups = UsageGroups.None; groups <= ByAll; groups++)
        {
            foreach (var query in Filters(rows))
            {
                var asked = query with { GroupBy = groups };
                (await ReadAllAsync(store, asked)).ShouldBe(Expected(rows, asked), $"{asked}");
            }
        }
    }

    [Fact]
    public async Task Row_that_is_known_already_is_counted_once()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var entry = new RandomRows(seed: 1).Next();

        await Task.WhenAll(node.CommitAsync(entry), node.CommitAsync(entry with { PromptTokens = 5 }), node.CommitAsync(entry));
        await node.CommitAsync(entry);

        (await SumAsync(node)).ShouldBe(Expected([entry], Everything)[0]);
    }

    [Fact]
    public async Task Row_that_is_refused_is_not_counted_and_its_neighbours_are()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var rows = new RandomRows(seed: 2).Next(9);
        node.Sink.Close();
        var first = node.CommitAsync(rows[0]);
        await node.Sink.Reached.Task;
        var others = rows[1..].Select(node.CommitAsync).ToArray();
        var refused = node.CommitAsync(rows[0] with { RequestId = "req_x", Endpoint = null! });
        node.Sink.Open();

        await Task.WhenAll([first, .. others]);
        await Should.ThrowAsync<LedgerUnavailableException>(refused);
        (await SumAsync(node)).ShouldBe(Expected(rows, Everything)[0]);
    }

    [Fact]
    public async Task Nodes_that_write_the_same_sums_at_once_do_not_lock_each_other_out()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        using var other = new LedgerWriter(node.Database, LedgerRegistration.SinkFor(node.Database), TimeProvider.System, NullLogger<LedgerWriter>.Instance);
        await other.StartAsync(CancellationToken.None);
        var rows = new RandomRows(seed: 3).Next(4000);

        await Task.WhenAll(rows.Select((row, i) => i % 2 == 0 ? node.CommitAsync(row) : other.CommitAsync(row, CancellationToken.None).AsTask()));

        await other.StopAsync(CancellationToken.None);
        (await SumAsync(node)).ShouldBe(Expected(rows, Everything)[0]);
    }

    [Fact]
    public async Task Rows_from_before_there_were_sums_are_added_up_by_the_migration()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var database = test.Open();
        var rows = new RandomRows(seed: 5).Next(300);
        using (var writer = new LedgerWriter(database, LedgerRegistration.SinkFor(database), TimeProvider.System, NullLogger<LedgerWriter>.Instance))
        {
            await writer.StartAsync(CancellationToken.None);
            await Task.WhenAll(rows.Select(row => writer.CommitAsync(row, CancellationToken.None).AsTask()));
            await writer.StopAsync(CancellationToken.None);
        }

        await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("drop table usage_daily", [], CancellationToken.None);
                return await session.ExecuteAsync("delete from schema_migrations where name = '0004_usage_daily'", [], CancellationToken.None);
            },
            CancellationToken.None);

        await test.MigrateAsync();

        var query = Everything with { GroupBy = ByAll };
        (await ReadAllAsync(new UsageStore(database), query)).ShouldBe(Expected(rows, query));
    }

    [Fact]
    public async Task Sum_beyond_what_a_column_holds_costs_no_row()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var dear = LedgerEntries.At(LedgerEntries.Begin) with { Amount = new Money(long.MaxValue), ListAmount = new Money(long.MaxValue - 1) };

        // Two in one batch, one behind them, and one of another key.
        node.Sink.Close();
        var first = node.CommitAsync(LedgerEntries.At(LedgerEntries.Begin));
        await node.Sink.Reached.Task;
        var two = new[] { dear with { RequestId = "req_a" }, dear with { RequestId = "req_b" } }.Select(node.CommitAsync).ToArray();
        node.Sink.Open();
        await Task.WhenAll([first, .. two]);
        await node.CommitAsync(dear);
        await node.CommitAsync(dear with { RequestId = "req_c", KeyId = new KeyId("key_other") });

        (await node.CountAsync()).ShouldBe(5);
        var sum = await SumAsync(node);
        (sum.Requests, sum.Amount, sum.ListAmount).ShouldBe((5, new Money(long.MaxValue), new Money(long.MaxValue)));
    }

    [Fact]
    public async Task Usage_of_nothing_is_one_row_of_zeros_or_none_by_group()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var store = new UsageStore(node.Database);

        (await store.ListAsync(Everything, CancellationToken.None)).Rows.ShouldBe([new UsageRow()]);
        (await store.ListAsync(Everything with { GroupBy = UsageGroups.Day }, CancellationToken.None)).Rows.ShouldBeEmpty();
        (await store.ListAsync(Everything with { Tenant = "' or 1 = 1 --" }, CancellationToken.None)).Rows.ShouldBe([new UsageRow()]);
    }

    private static IEnumerable<UsageQuery> Filters(LedgerEntry[] rows)
    {
        var second = DateOnly.FromDateTime(RandomRows.Begin.UtcDateTime).AddDays(1);
        yield return Everything;
        yield return Everything with { Limit = 1 };
        yield return Everything with { Limit = 7, From = second };
        yield return Everything with { From = second, To = second.AddDays(1), Model = rows[0].Model };
        yield return Everything with { Tenant = rows[0].TenantId.Value, To = second, Limit = 3 };
        yield return Everything with { Key = rows[1].KeyId.Value };
        yield return Everything with { Tenant = rows[0].TenantId.Value, Key = "key_none" };
    }

    private static List<UsageRow> Expected(IEnumerable<LedgerEntry> rows, UsageQuery query)
    {
        var sums = rows
            .Where(row => query.Tenant is null || row.TenantId.Value == query.Tenant)
            .Where(row => query.Key is null || row.KeyId.Value == query.Key)
            .Where(row => query.Model is null || row.Model == query.Model)
            .Where(row => query.From is null || DayOf(row) >= query.From)
            .Where(row => query.To is null || DayOf(row) < query.To)
            .GroupBy(row => (
                Day: query.GroupBy.HasFlag(UsageGroups.Day) ? DayOf(row) : default(DateOnly?),
                Tenant: query.GroupBy.HasFlag(UsageGroups.Tenant) ? row.TenantId.Value : null,
                Key: query.GroupBy.HasFlag(UsageGroups.Key) ? row.KeyId.Value : null,
                Model: query.GroupBy.HasFlag(UsageGroups.Model) ? row.Model : null))
            .OrderBy(group => group.Key.Day)
            .ThenBy(group => group.Key.Tenant, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Key, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Model, StringComparer.Ordinal)
            .Select(group => new UsageRow
            {
                Day = group.Key.Day,
                Tenant = group.Key.Tenant,
                Key = group.Key.Key,
                Model = group.Key.Model,
                Requests = group.Count(),
                PromptTokens = group.Sum(row => row.PromptTokens),
                CachedTokens = group.Sum(row => row.CachedTokens),
                ImageTokens = group.Sum(row => row.ImageTokens),
                CompletionTokens = group.Sum(row => row.CompletionTokens),
                ReasoningTokens = group.Sum(row => row.ReasoningTokens),
                Images = group.Sum(row => row.Images),
                Amount = new Money(group.Sum(row => row.Amount.NanoUsd)),
                ListAmount = new Money(group.Sum(row => row.ListAmount.NanoUsd)),
            })
            .ToList();
        return sums.Count == 0 && query.GroupBy == UsageGroups.None ? [new UsageRow()] : sums;
    }

    private static DateOnly DayOf(LedgerEntry row) => DateOnly.FromDateTime(row.At.UtcDateTime);

    private static async Task<UsageRow> SumAsync(LedgerNode node) =>
        (await new UsageStore(node.Database).ListAsync(Everything, CancellationToken.None)).Rows.ShouldHaveSingleItem();

    private static async Task<List<UsageRow>> ReadAllAsync(UsageStore store, UsageQuery query)
    {
        var rows = new List<UsageRow>();
        while (true)
        {
            var page = await store.ListAsync(query, CancellationToken.None);
            rows.AddRange(page.Rows);
            if (page.Next is null)
            {
                return rows;
            }

            page.Rows.Count.ShouldBe(query.Limit);
            UsageCursor.TryParse(page.Next.ToString(), query.GroupBy, out var next).ShouldBeTrue();
            next.ShouldBe(page.Next);
            query = query with { After = next };
        }
    }
}
