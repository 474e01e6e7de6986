using Gateway.Backends.Tests.Storage;
using Gateway.Core.Errors;
using Gateway.Keys;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Keys;

/// <summary>Many keys at once: unknown ones with a right checksum, and the look-up of a key that is not remembered.</summary>
public abstract class KeyFloodSuite(Backend backend)
{
    private const int Full = 100_000;

    [Fact]
    public Task Flood_of_unknown_keys_asks_once_for_each_and_pushes_no_known_one_out() => FloodAsync(2_000);

    [Fact(Explicit = true)]
    public Task Flood_of_100000_unknown_keys_asks_once_for_each_and_pushes_no_known_one_out() => FloodAsync(Full);

    [Fact]
    public void As_many_unknown_keys_are_remembered_as_such_a_flood_has() => KeyCache.MaxUnknown.ShouldBeGreaterThanOrEqualTo(Full);

    [Fact]
    public async Task Look_up_of_a_key_takes_an_index_for_each_table_and_scans_none()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var issued = await node.IssueAsync();
        await FillAsync(node, issued);

        var plan = await node.Database.ListAsync(
            (backend == Backend.Sqlite ? "explain query plan " : "explain ") + KeyStore.SelectByHash,
            row => row.GetString(row.FieldCount - 1),
            [new("@hash", KeyNode.HashOf(issued.Secret).ToBytes())],
            CancellationToken.None);

        var text = string.Join('\n', plan);
        plan.ShouldAllBe(line => !line.Contains("scan", StringComparison.OrdinalIgnoreCase) || line.Contains("Index Scan", StringComparison.Ordinal), text);
        var searches = plan.Where(line => line.Contains(backend == Backend.Sqlite ? "SEARCH" : "Index Scan", StringComparison.Ordinal)).ToList();

        // Two tables in the half of secrets in force, three in that of retired ones.
        searches.Count.ShouldBe(5, text);
    }

    /// <summary>Rows enough that a plan which reads them all would not pay.</summary>
    private static async Task FillAsync(KeyNode node, IssuedKey like)
    {
        const int Rows = 3000;
        await node.Database.WriteAsync(
            async session =>
            {
                const string Numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < @rows) ";
                await session.ExecuteAsync(
                    Numbers + "insert into tenants (id, name, disconnect, created_at) select 'ten_x' || i, 'x', 'drain', 0 from n", [new("@rows", Rows)], CancellationToken.None);
                await session.ExecuteAsync(
                    Numbers + "insert into api_keys (id, tenant_id, name, hash, prefix, created_at) select 'key_x' || i, 'ten_x' || i, 'x', cast('a' || i as " + Bytes(node) + "), 'x', 0 from n",
                    [new("@rows", Rows)],
                    CancellationToken.None);
                await session.ExecuteAsync(
                    Numbers + "insert into retired_secrets (hash, key_id, works_until) select cast('b' || i as " + Bytes(node) + "), 'key_x' || i, 0 from n",
                    [new("@rows", Rows)],
                    CancellationToken.None);
                return like;
            },
            CancellationToken.None);
        await node.Database.ExecuteAsync("analyze", [], CancellationToken.None);
    }

    private static string Bytes(KeyNode node) => node.Database.Dialect.WritesInTurn ? "blob" : "bytea";

    private async Task FloodAsync(int count)
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var good = (await node.IssueAsync()).Secret;
        await node.CallerAsync(good);
        var flood = Enumerable.Range(0, count).Select(_ => ApiKey.Generate()).ToList();

        var before = node.Queries;
        foreach (var secret in flood)
        {
            (await node.ErrorAsync(secret)).Status.ShouldBe(401);
        }

        (node.Queries - before).ShouldBe(count);
        await Parallel.ForEachAsync(flood, async (secret, _) => (await node.ErrorAsync(secret)).Status.ShouldBe(401));
        await node.CallerAsync(good);
        (node.Queries - before).ShouldBe(count);
    }

    [Fact]
    public async Task Flood_that_comes_all_at_once_asks_once_for_each()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var flood = Enumerable.Range(0, 50).Select(_ => ApiKey.Generate()).ToList();

        var before = node.Queries;
        var answers = await Task.WhenAll(flood.SelectMany(secret => Enumerable.Repeat(secret, 10)).Select(secret => Task.Run(() => node.ErrorAsync(secret))));

        answers.ShouldAllBe((GatewayError error) => error.Status == 401);
        (node.Queries - before).ShouldBe(flood.Count);
    }

    [Fact]
    public async Task What_cannot_be_a_key_asks_for_nothing()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var good = (await node.IssueAsync()).Secret;
        string[] never =
        [
            good.Replace('s', 'ѕ'), good[..^1] + (good[^1] == 'a' ? 'b' : 'a'), good + "\0", good[..^1] + "\0", good + "\r\n", "' or 1=1 --", new string('a', 100_000), good[..^1] + "１", "sk-gw-" + new string('\ud800', 49),
            string.Concat(good.Select(c => (char)(c + 0xfee0))), good.ToUpperInvariant(),
        ];

        var before = node.Queries;
        foreach (var secret in never)
        {
            (await node.ErrorAsync(secret)).Status.ShouldBe(401);
        }

        node.Queries.ShouldBe(before);
    }
}
