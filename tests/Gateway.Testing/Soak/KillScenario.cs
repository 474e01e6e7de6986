namespace Gateway.Testing.Soak;

/// <summary>
/// A gateway is killed under load and started again, round after round, while the others go on. Every answer that arrived to its end has its one row;
/// what the dead held in Redis ends by itself.
/// </summary>
internal static class KillScenario
{
    private const int AtOnce = 10_000;

    // A client may have chosen the gateway just before it was known to be gone; and two processes look at the clock.
    private static readonly TimeSpan ClockStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(2);

    public static async Task<SoakReport> RunAsync(SoakOptions options, CancellationToken ct)
    {
        var report = new SoakReport("kill");
        var random = new Random(options.Seed);
        await using var cluster = await SoakCluster.StartAsync(["refuse"], options, ct);
        var limits = $$"""{"requests_per_minute":1000000,"tokens_per_minute":1000000000,"concurrent_requests":{{AtOnce}}}""";
        var tenant = await cluster.AddPrepaidTenantAsync("soak", "1000000", limits, ct);
        var kills = new List<(int Node, DateTimeOffset From, DateTimeOffset At)>();

        await using var load = new SoakLoad(cluster, options, (draft, tag) => SoakDrafts.Mixed(draft, tag, tenant), ct);
        for (var round = 0; round < options.Rounds; round++)
        {
            // As much again as before: the gateway that is killed has just begun, or has run for a while.
            var (before, node) = (load.Calls.Count, cluster.Nodes[random.Next(SoakCluster.Size)]);
            var more = random.Next(options.Clients, 3 * options.Clients);
            await SoakWait.UntilAsync($"{more} requests more", () => load.Calls.Count >= before + more, Start, ct);
            var from = TimeProvider.System.GetUtcNow();
            await node.KillAsync();
            kills.Add((node.Number, from, TimeProvider.System.GetUtcNow()));
            await node.StartAsync(ct);
        }

        var ended = await load.StopAsync();
        var calls = ended.All;
        await cluster.StopGatewaysAsync(report);
        await SoakBooks.CheckAsync(cluster, ended, report, ct);
        var broken = calls.Where(static call => call is { IsComplete: false, Request.Leaves: false, Failure: not null }).ToLookup(
            call => kills.Exists(kill => kill.Node == call.Node && call.Began <= kill.At + ClockStep && call.Ended >= kill.From));
        var cut = broken[true].ToList();
        report.Fact($"{kills.Count} gateways killed, {cut.Count} requests cut off by it, {cut.Count(static call => call.Status == 200)} of them in mid answer");
        report.Holds(cut.Count > 0, "No request was cut off: nothing was killed under load.");
        report.None("Connections broken by gateways that nobody killed then", broken[false]);
        await CheckLeasesAsync(cluster, tenant, calls, kills, options, report, ct);
        return report;
    }

    private static async Task CheckLeasesAsync(
        SoakCluster cluster, SoakTenant tenant, IReadOnlyList<SoakCall> calls, List<(int Node, DateTimeOffset From, DateTimeOffset At)> kills, SoakOptions options, SoakReport report, CancellationToken ct)
    {
        var leases = await SoakLeases.ReadAsync(cluster, report);
        var complete = calls.Where(static call => call.IsComplete).Select(static call => call.RequestId).ToHashSet();
        report.None("Leases of requests that were answered to their end", leases.Keys.Where(complete.Contains));
        report.None("Leases longer than a lease after the last gateway was killed", leases.Where(lease => lease.Value > kills[^1].At + SoakLeases.Length + ClockStep));

        // Each by the kill of its own gateway, for those whose client knows their id.
        var byId = calls.Where(static call => call.RequestId is not null).ToLookup(static call => call.RequestId!);
        report.None("Leases that somebody made longer after their gateway was killed", leases.Where(lease => byId[lease.Key].Any(call =>
            lease.Value > kills.Find(kill => kill.Node == call.Node && kill.At >= call.Began).At + SoakLeases.Length + ClockStep)));
        report.Fact($"{leases.Count} leases of killed gateways left, all without a holder to renew them");
        if (!options.WaitForLeases)
        {
            return;
        }

        var last = leases.Values.Append(TimeProvider.System.GetUtcNow()).Max();
        await SoakWait.UntilAsync("the last lease ended", () => TimeProvider.System.GetUtcNow() > last, 2 * SoakLeases.Length, ct);
        await cluster.Nodes[0].StartAsync(ct);
        using var admin = cluster.Admin(cluster.Nodes[0]);
        var told = await admin.LimitsAsync(tenant.Key, ct);
        var atOnce = told["limits"]!.AsArray().Single(limit => (string?)limit!["kind"] == "concurrent_requests")!;
        report.Holds((long?)atOnce["used"] == 0, $"A minute after the last gateway was killed requests are still held: {atOnce.ToJsonString()}");
        await SoakWait.UntilAsync("money that the dead held was given back", () => IsNothingHeldAsync(admin, tenant, ct), SoakLeases.Length, ct);
        report.Fact($"after a lease: {told["limits"]!.ToJsonString()}");
    }

    private static async ValueTask<bool> IsNothingHeldAsync(GatewayAdmin admin, SoakTenant tenant, CancellationToken ct) =>
        (string?)(await admin.BalanceAsync(tenant.Id, ct))["held"] == "0";
}
