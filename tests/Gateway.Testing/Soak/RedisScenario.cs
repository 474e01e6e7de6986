namespace Gateway.Testing.Soak;

/// <summary>
/// Redis is killed, with all that it held, and started again under load. Each of the three gateways has another policy for it, and each keeps to its
/// own: one refuses what a limit binds, one admits all of it, one admits its third of the limit.
/// </summary>
internal static class RedisScenario
{
    private const int Refuse = 0;
    private const int Admit = 1;
    private const int Share = 2;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ClockStep = TimeSpan.FromMilliseconds(2);

    public static async Task<SoakReport> RunAsync(SoakOptions options, CancellationToken ct)
    {
        var report = new SoakReport("redis");
        await using var cluster = await SoakCluster.StartAsync(["refuse", "admit", "local_share"], options, ct);
        var wide = await cluster.AddTenantAsync("wide", """{"requests_per_minute":1000000,"tokens_per_minute":1000000000,"concurrent_requests":10000}""", ct);
        var narrow = await cluster.AddTenantAsync("narrow", $$"""{"requests_per_minute":{{options.RequestsPerMinute}}}""", ct);
        await using var load = new SoakLoad(
            cluster, options, (random, tag) => random.Next(2) == 0 ? SoakDrafts.Mixed(random, tag, wide) : SoakDrafts.Quick(random, tag, narrow), ct);

        for (var round = 1; round <= options.Rounds; round++)
        {
            await SoakWait.UntilAsync("every gateway knows of three", () => KnowEachOtherAsync(cluster, load), Longest, ct);
            var from = TimeProvider.System.GetUtcNow();
            await SoakWait.UntilAsync("the narrow limit is reached", () => load.Calls.Any(call => call.Began > from && call.Status == 429), Longest, ct);
            report.Holds(round > 1 || cluster.Lines("Limits are not shared") == 0, "Redis was seen as away before it was killed.");

            await cluster.Redis.KillAsync();
            var killed = TimeProvider.System.GetUtcNow();
            await SoakWait.UntilAsync(
                "each policy was asked for",
                () => TimeProvider.System.GetUtcNow() - killed > options.Duration && Outage(load.Calls).GroupBy(static call => call.Node).Count() == SoakCluster.Size
                    && Outage(load.Calls).Any(static call => call is { Node: Share, Status: 429 }),
                options.Duration + Longest,
                ct);
            var restarted = TimeProvider.System.GetUtcNow();
            await cluster.Redis.StartAsync(ct);
            var up = TimeProvider.System.GetUtcNow();
            await SoakWait.UntilAsync(
                "limits hold again on every gateway",
                () => load.Calls.Any(call => call.Began > up && call is { Node: Refuse, Status: 200 })
                    && load.Calls.Any(call => call.Began > up && call is { Node: Admit, Status: 429 })
                    && cluster.Lines("Limits are shared again") >= SoakCluster.Size * round,
                Longest,
                ct);

            var back = TimeProvider.System.GetUtcNow();
            CheckPolicies(options, killed, restarted, [.. Outage(load.Calls).Where(call => call.Ended < restarted)], report);
            report.Fact($"limits held again on every gateway {(back - up).TotalSeconds:F1} s after it was back");

            // Began and ended while there was no Redis at all; those of the narrow tenant, which any policy has something to say of.
            IEnumerable<SoakCall> Outage(IEnumerable<SoakCall> calls) => calls.Where(call => call.Began > killed && call.Request.Tenant == narrow);
        }

        var calls = await load.StopAsync();
        await cluster.StopGatewaysAsync(report);
        await SoakBooks.CheckAsync(cluster, calls, report, ct);
        report.None("Leases that are left when no request is", (await SoakLeases.ReadAsync(cluster, report)).Keys);
        return report;
    }

    private static void CheckPolicies(SoakOptions options, DateTimeOffset killed, DateTimeOffset restarted, IReadOnlyList<SoakCall> outage, SoakReport report)
    {
        var lasted = restarted - killed;
        var third = options.RequestsPerMinute / SoakCluster.Size;
        var allowed = third * (1 + ((lasted + ClockStep) / TimeSpan.FromMinutes(1)));
        var (refuse, admit, share) = (At(Refuse), At(Admit), At(Share));
        var admitted = share.Count(static call => call.Status == 200);
        report.None("refuse: requests that were let in without Redis", refuse.Where(static call => call.Status != 503 || call.Code != "rate_limiter_unavailable"));
        report.None("admit: requests that were not let in", admit.Where(static call => call.Status != 200));
        report.None("local_share: requests neither let in nor refused by the share", share.Where(static call => call.Status is not (200 or 429)));
        report.Holds(admitted <= allowed, $"local_share: {admitted} requests were let in within {lasted.TotalSeconds:F1} s, a third of the limit allows {allowed:F1}.");
        report.Fact($"Redis away for {lasted.TotalSeconds:F1} s: refuse let 0 of {refuse.Count} in, admit {admit.Count} of {admit.Count}, local_share {admitted} of {share.Count} ({allowed:F1} allowed)");

        IReadOnlyList<SoakCall> At(int node) => [.. outage.Where(call => call.Node == node)];
    }

    /// <summary>Each told Redis that it lives, and heard how many do, since all had begun to.</summary>
    private static async ValueTask<bool> KnowEachOtherAsync(SoakCluster cluster, SoakLoad load)
    {
        var nodes = await SoakLeases.NodesAsync(cluster);
        return nodes.Count == SoakCluster.Size && nodes.All(node => node > load.Began);
    }
}
