namespace Gateway.Testing.Soak;

/// <summary>Redis is killed, with all that it held, and started again.</summary>
internal static class RedisOutage
{
    private const string Begins = "Limits are not shared";
    private const string Ends = "Limits are shared again";
    private static readonly TimeSpan ClockStep = TimeSpan.FromMilliseconds(2);

    public static async Task RunAsync(OutageScenario scenario, CancellationToken ct)
    {
        var (cluster, load, options) = (scenario.Cluster, scenario.Load, scenario.Options);
        await SoakWait.UntilAsync("every gateway knows of three", () => KnowEachOtherAsync(scenario), OutageScenario.Longest, ct);
        var from = TimeProvider.System.GetUtcNow();
        await SoakWait.UntilAsync("the narrow limit is reached", () => OfNarrow(from).Any(static call => call.Status == 429), OutageScenario.Longest, ct);
        var (begun, ended) = (cluster.Lines(Begins), cluster.Lines(Ends));
        scenario.Report.Holds(begun == ended, "Redis was seen as away before it was killed.");

        await cluster.Redis.KillAsync();
        var killed = TimeProvider.System.GetUtcNow();
        await SoakWait.UntilAsync(
            "each policy was asked for",
            () => TimeProvider.System.GetUtcNow() - killed > options.Duration && OfNarrow(killed).DistinctBy(static call => call.Node).Count() == SoakCluster.Size
                && OfNarrow(killed).Any(static call => call is { Node: OutageScenario.Share, Status: 429 }),
            options.Duration + OutageScenario.Longest,
            ct);

        var restarted = TimeProvider.System.GetUtcNow();
        await cluster.Redis.StartAsync(ct);
        var up = TimeProvider.System.GetUtcNow();
        await SoakWait.UntilAsync(
            "limits hold again on every gateway",
            () => load.Calls.Any(call => call.Began > up && call is { Node: OutageScenario.Refuse, Status: 200 })
                && OfNarrow(up).Any(static call => call is { Node: OutageScenario.Admit, Status: 429 })
                && cluster.Lines(Ends) >= ended + SoakCluster.Size,
            OutageScenario.Longest,
            ct);
        var back = TimeProvider.System.GetUtcNow();
        CheckPolicies(scenario, restarted - killed, [.. OfNarrow(killed).Where(call => call.Ended < restarted)]);
        scenario.Report.Fact($"limits held again on every gateway {(back - up).TotalSeconds:F1} s after it was back");

        // Of the narrow tenant, on which every policy has something to say.
        IEnumerable<SoakCall> OfNarrow(DateTimeOffset after) => load.Calls.Where(call => call.Began > after && call.Request.Tenant == scenario.Narrow);
    }

    /// <param name="scenario">Whose policies.</param>
    /// <param name="lasted">How long there was no Redis.</param>
    /// <param name="outage">What began and ended in that time.</param>
    private static void CheckPolicies(OutageScenario scenario, TimeSpan lasted, IReadOnlyList<SoakCall> outage)
    {
        var report = scenario.Report;
        var allowed = scenario.Options.RequestsPerMinute / SoakCluster.Size * (1 + ((lasted + ClockStep) / TimeSpan.FromMinutes(1)));
        var (refuse, admit, share) = (At(OutageScenario.Refuse), At(OutageScenario.Admit), At(OutageScenario.Share));
        var admitted = share.Count(static call => call.Status == 200);
        report.None("refuse: requests that were let in without Redis", refuse.Where(static call => call.Status != 503 || call.Code != "rate_limiter_unavailable"));
        report.None("admit: requests that were not let in", admit.Where(static call => call.Status != 200));
        report.None("local_share: requests neither let in nor refused by the share", share.Where(static call => call.Status is not (200 or 429)));
        report.Holds(admitted <= allowed, $"local_share: {admitted} requests were let in within {lasted.TotalSeconds:F1} s, a third of the limit allows {allowed:F1}.");
        report.Fact($"Redis away for {lasted.TotalSeconds:F1} s: of the tenant at its limit, refuse let {refuse.Count(static call => call.Status == 200)} of {refuse.Count} in, admit {admit.Count(static call => call.Status == 200)} of {admit.Count}, local_share {admitted} of {share.Count} ({allowed:F1} allowed)");

        IReadOnlyList<SoakCall> At(int node) => [.. outage.Where(call => call.Node == node)];
    }

    /// <summary>Each told Redis that it lives, and heard how many do, since all had begun to.</summary>
    private static async ValueTask<bool> KnowEachOtherAsync(OutageScenario scenario)
    {
        var nodes = await SoakLeases.NodesAsync(scenario.Cluster);
        return nodes.Count == SoakCluster.Size && nodes.All(node => node > scenario.Load.Began);
    }
}
