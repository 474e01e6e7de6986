using Gateway.Conformance.Running;
using Gateway.Conformance.Soak;
using Gateway.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Drill;

/// <summary>
/// The operator's drill of docs/operations.md, step by step, on real servers and under load: what is lost, what clients see, which metric and which alert tell it,
/// what brings it back. <c>deploy/drill</c> runs this.
/// </summary>
[Collection(nameof(SoakTests))]
public sealed class DrillTests
{
    private const int Clients = 12;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(90);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Operators_drill()
    {
        if (DrillSite.WhyAbsent() is { } reason)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("GATEWAY_REQUIRE_BACKENDS") != "1", reason);
            Assert.Fail(reason);
        }

        await using var site = await DrillSite.StartAsync(Ct);
        await using (var load = new DrillLoad([site.First, site.Second], site.Key, [DrillSite.Covered, DrillSite.Covered, DrillSite.Alone], Clients, Ct))
        {
            await AllIsWellAsync(site, load);
            await LoseRedisAsync(site, load);
            await LosePostgresAsync(site, load);
            await LoseProviderAsync(site, load);
            await RollNodeAsync(site, load);
        }

        await RestoreBackupAsync(site);
    }

    private static async Task AllIsWellAsync(DrillSite site, DrillLoad load)
    {
        await UntilAsync("both nodes are scraped and ready", async () => await ValueAsync(site, "sum(up)") == 2 && await AreReadyAsync(site, "ready"));
        await ServedAsync(load, static _ => true);
        (await site.Prometheus.FiringAsync(Ct)).ShouldBeEmpty();
        Told("all is well");
    }

    private static async Task LoseRedisAsync(DrillSite site, DrillLoad load)
    {
        await site.Redis.KillAsync();
        var lost = Now();
        await UntilAsync("both nodes know", async () => await ValueAsync(site, "sum(gateway_limits_redis_outage)") == 2);
        await FiringAsync(site, "GatewayRedisIsDown");
        await UntilAsync("both nodes are degraded, and ready", () => AreReadyAsync(site, "degraded"));
        await ServedAsync(load, static _ => true);

        await site.Redis.StartAsync(Ct);
        await UntilAsync("limits are shared again", async () => await ValueAsync(site, "sum(gateway_limits_redis_outage)") == 0 && await AreReadyAsync(site, "ready"));
        await QuietAsync(site, "GatewayRedisIsDown");
        load.Since(lost).Where(static answer => answer.Status != 200).ShouldBeEmpty("requests that a Redis that was away cost");
        Told("Redis was lost and is back");
    }

    private static async Task LosePostgresAsync(DrillSite site, DrillLoad load)
    {
        site.Hold();
        using var stream = await site.BeginStreamAsync(site.First, Ct);
        await site.Postgres.CrashAsync();
        var lost = Now();
        await UntilAsync("new requests are refused", () => load.Since(lost).Any(static answer => answer is { Status: 503, Code: "ledger_unavailable" or "storage_unavailable" }));
        await UntilAsync("no node is ready", () => AreReadyAsync(site, "unready"));

        // What was under way ends with its row, on the node's disk.
        site.Release();
        (await stream.ReadToEndAsync(Ct)).IsDone.ShouldBeTrue();
        await UntilAsync("the row waits on the disk", async () => await ValueAsync(site, "sum(gateway_ledger_spooled_rows)") > 0);
        await FiringAsync(site, "GatewayLedgerSpools");

        await site.Postgres.StartAsync();
        await UntilAsync("the spool is replayed", async () => await ValueAsync(site, "sum(gateway_ledger_spooled_rows)") == 0 && await AreReadyAsync(site, "ready"));
        await QuietAsync(site, "GatewayLedgerSpools");
        await ServedAsync(load, static _ => true);
        load.Since(lost).Where(static answer => answer.Status is not (200 or 503)).ShouldBeEmpty("a database that is away refuses; it breaks nothing");
        (await RowsAsync(site.Database, stream.RequestId)).ShouldBe(1);
        Told("PostgreSQL was lost and is back");
    }

    private static async Task LoseProviderAsync(DrillSite site, DrillLoad load)
    {
        await site.LoseProviderAsync();
        var lost = Now();
        await UntilAsync("its breaker is open", async () => await ValueAsync(site, """max(gateway_deployment_state{gen_ai_provider_name="main"})""") == 3);
        await FiringAsync(site, "GatewayDeploymentIsOpen");
        await ServedAsync(load, static answer => answer.Model == DrillSite.Covered);
        load.Since(lost).Any(static answer => answer is { Model: DrillSite.Alone, Status: 502, Code: "provider_unreachable" }).ShouldBeTrue();

        await site.ReturnProviderAsync(Ct);
        await UntilAsync("it is used again", async () => await ValueAsync(site, """max(gateway_deployment_state{gen_ai_provider_name="main"})""") == 0);
        await QuietAsync(site, "GatewayDeploymentIsOpen");
        await ServedAsync(load, static answer => answer.Model == DrillSite.Alone);
        load.Since(lost).Where(static answer => answer.Model == DrillSite.Covered && answer.Status != 200).ShouldBeEmpty("requests for a model that another provider has too");
        Told("a provider was lost and is back");
    }

    private static async Task RollNodeAsync(DrillSite site, DrillLoad load)
    {
        site.Hold();
        using var stream = await site.BeginStreamAsync(site.First, Ct);
        var told = Now();
        site.First.Process.Terminate();
        await UntilAsync("its readiness fails", async () => await site.First.ReadyAsync(Ct) == "stopping");
        await UntilAsync("the other one serves", () => load.Since(told).Count(static answer => answer is { Node: "second", Status: 200 }) > 2 * Clients);
        site.Release();
        (await stream.ReadToEndAsync(Ct)).IsDone.ShouldBeTrue();
        (await site.First.StopAsync()).ShouldBe(0);
        await FiringAsync(site, "GatewayDown");

        await site.First.StartAsync(Ct);
        await UntilAsync("both nodes are scraped and ready", async () => await ValueAsync(site, "sum(up)") == 2 && await AreReadyAsync(site, "ready"));
        await QuietAsync(site, "GatewayDown");
        await ServedAsync(load, static answer => answer.Node == "first");
        load.Since(told).Where(static answer => answer.Status != 200).ShouldBeEmpty("requests that a rolled node cost");
        Told("a node was rolled");
    }

    private static async Task RestoreBackupAsync(DrillSite site)
    {
        // Rows of clients that the load's end cut off may still come while the backup is taken.
        var before = await RowsAsync(site.Database, null);
        await site.Postgres.DumpAsync(site.Database, site.FileNamed("gateway.dump"));
        var after = await RowsAsync(site.Database, null);
        (await Task.WhenAll(site.First.StopAsync(), site.Second.StopAsync())).ShouldBe([0, 0]);

        var restored = await site.Postgres.RestoreAsync(site.FileNamed("gateway.dump"));
        var node = site.NodeOn("restored", restored);
        await node.StartAsync(Ct);
        await VerifyAsync(node);
        var rows = await RowsAsync(restored, null);
        rows.ShouldBeInRange(before, after);

        // Keys, accounts and the ledger go on where they stood.
        site.Release();
        using (var stream = await site.BeginStreamAsync(node, Ct))
        {
            (await stream.ReadToEndAsync(Ct)).IsDone.ShouldBeTrue();
        }

        (await RowsAsync(restored, null)).ShouldBe(rows + 1);
        await VerifyAsync(node);
        Told($"a backup with {rows} rows was restored");
    }

    private static async Task VerifyAsync(DrillNode node)
    {
        var (code, output, errors) = await GatewayCommand.RunAsync(Path.GetTempPath(), node.Settings, Ct, "ledger", "verify");
        code.ShouldBe(0, output + errors);
    }

    private static async Task<long> RowsAsync(string database, string? requestId)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ToString());
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand("select count(*) from ledger where $1::text is null or request_id = $1", connection) { Parameters = { new() { Value = (object?)requestId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text } } };
        return (long)(await command.ExecuteScalarAsync(Ct))!; // A count has one row.
    }

    private static DateTimeOffset Now() => TimeProvider.System.GetUtcNow();

    private static async Task<bool> AreReadyAsync(DrillSite site, string word) => await site.First.ReadyAsync(Ct) == word && await site.Second.ReadyAsync(Ct) == word;

    private static async Task<double?> ValueAsync(DrillSite site, string expression) => (await site.Prometheus.QueryAsync(expression, Ct)) is [var value] ? value : null;

    private static Task FiringAsync(DrillSite site, string alert) => UntilAsync($"{alert} fires", async () => (await site.Prometheus.FiringAsync(Ct)).Contains(alert));

    private static Task QuietAsync(DrillSite site, string alert) => UntilAsync($"{alert} is quiet again", async () => !(await site.Prometheus.FiringAsync(Ct)).Contains(alert));

    /// <summary>Requests of this kind that begin from now on are answered, many of them.</summary>
    private static Task ServedAsync(DrillLoad load, Func<DrillAnswer, bool> kind)
    {
        var from = Now();
        return UntilAsync("requests are served", () => load.Since(from).Count(answer => kind(answer) && answer.Status == 200) > 2 * Clients);
    }

    private static Task UntilAsync(string what, Func<bool> condition) => UntilAsync(what, () => Task.FromResult(condition()));

    private static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (!await condition())
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(Longest, $"still not: {what}");
            await timer.WaitForNextTickAsync(Ct);
        }
    }

    private static void Told(string step) => TestContext.Current.TestOutputHelper?.WriteLine($"{Now():HH:mm:ss} {step}");
}
