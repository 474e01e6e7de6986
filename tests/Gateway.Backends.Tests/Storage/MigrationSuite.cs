using Gateway.Storage;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Storage;

public abstract class MigrationSuite(Backend backend)
{
    [Fact]
    public async Task Migrating_twice_changes_nothing_the_second_time()
    {
        await using var database = await TestDatabase.CreateAsync(backend);
        await database.MigrateAsync();
        var first = await AppliedAsync(database.Open());
        database.Clock.Advance(TimeSpan.FromHours(1));

        await database.MigrateAsync();

        first.Count.ShouldBe(Migration.All.Count);
        (await AppliedAsync(database.Open())).ShouldBe(first);
    }

    [Fact]
    public async Task Nodes_that_start_together_migrate_once()
    {
        await using var database = await TestDatabase.CreateAsync(backend);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(database.MigrateAsync)));

        var applied = await AppliedAsync(database.Open());
        applied.Select(row => row.Version).ShouldBe(Migration.All.Select(migration => migration.Version));
    }

    [Fact]
    public async Task Database_of_a_later_gateway_is_refused()
    {
        await using var database = await TestDatabase.CreateMigratedAsync(backend);
        await database.Open().WriteAsync(
            session => session.ExecuteAsync("insert into schema_migrations (version, name, applied_at) values (9999, 'later', 0)", [], CancellationToken.None),
            CancellationToken.None);

        var refusal = await Should.ThrowAsync<StorageUnavailableException>(database.MigrateAsync);
        refusal.Message.ShouldContain("9999");
        refusal.Message.ShouldContain("later gateway");
    }

    [Fact]
    public async Task Transaction_that_throws_leaves_nothing()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var database = test.Open();
        var changes = new ChangeLog(database, test.Clock);

        await Should.ThrowAsync<InvalidOperationException>(() => database.WriteAsync<int>(
            async session =>
            {
                await changes.AppendAsync(session, ChangeKind.Key, "key_1", CancellationToken.None);
                throw new InvalidOperationException();
            },
            CancellationToken.None));

        (await changes.LastAsync(CancellationToken.None)).ShouldBe(0);
        (await changes.AfterAsync(0, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Changes_by_concurrent_writers_have_gapless_numbers()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var nodes = Enumerable.Range(0, 4).Select(_ => test.Open()).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => nodes[i % 4].WriteAsync(
            async session =>
            {
                await new ChangeLog(nodes[i % 4], test.Clock).AppendAsync(session, ChangeKind.Key, $"key_{i}", CancellationToken.None);
                return 0;
            },
            CancellationToken.None))));

        var seen = await new ChangeLog(nodes[0], test.Clock).AfterAsync(0, CancellationToken.None);
        seen.Select(change => change.Sequence).ShouldBe(Enumerable.Range(1, 40).Select(i => (long)i));
        seen.Select(change => change.SubjectId).Distinct().Count().ShouldBe(40);
    }

    [Fact]
    public async Task Health_is_asked_of_the_database_at_most_once_a_second()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var source = new CountingDataSource(test.Open().Source);
        var database = new Database(source, test.Open().Dialect, new FrozenClock());

        (await database.IsHealthyAsync(CancellationToken.None)).ShouldBeTrue();
        (await database.IsHealthyAsync(CancellationToken.None)).ShouldBeTrue();
        source.Opened.ShouldBe(1);

        var down = new Database(new CountingDataSource(source) { Refusal = new TimeoutException() }, database.Dialect, test.Clock);
        (await down.IsHealthyAsync(CancellationToken.None)).ShouldBeFalse();
    }

    private static Task<List<(long Version, long At)>> AppliedAsync(Database database) =>
        database.ListAsync("select version, applied_at from schema_migrations order by version", row => (row.GetInt64(0), row.GetInt64(1)), [], CancellationToken.None);
}
