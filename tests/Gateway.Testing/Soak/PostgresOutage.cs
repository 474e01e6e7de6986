namespace Gateway.Testing.Soak;

/// <summary>All of PostgreSQL's processes are killed, and it is started again. Meanwhile no answer can have its row, so none ends as if it had.</summary>
internal static class PostgresOutage
{
    public static async Task RunAsync(OutageScenario scenario, CancellationToken ct)
    {
        var (cluster, load, options, report) = (scenario.Cluster, scenario.Load, scenario.Options, scenario.Report);
        var before = load.Calls.Count;
        await SoakWait.UntilAsync("load", () => load.Calls.Count >= before + (2 * options.Clients), OutageScenario.Longest, ct);

        await cluster.Postgres.CrashAsync();
        var killed = TimeProvider.System.GetUtcNow();
        await SoakWait.UntilAsync(
            "every gateway was asked",
            () => TimeProvider.System.GetUtcNow() - killed > options.Duration && OfWide(killed).DistinctBy(static call => call.Node).Count() == SoakCluster.Size,
            options.Duration + OutageScenario.Longest,
            ct);
        var restarted = TimeProvider.System.GetUtcNow();
        await cluster.Postgres.StartAsync();
        var up = TimeProvider.System.GetUtcNow();
        await SoakWait.UntilAsync(
            "every gateway answers again",
            () => OfWide(up).Where(static call => call.IsComplete).DistinctBy(static call => call.Node).Count() == SoakCluster.Size,
            OutageScenario.Longest,
            ct);
        var back = TimeProvider.System.GetUtcNow();

        var outage = OfWide(killed).Where(call => call.Ended < restarted).ToList();
        report.None("Answers that ended without a database to write their row to", outage.Where(static call => call.IsComplete));
        report.None("Requests refused for another reason than the database", outage.Where(static call => call.Status is not (0 or 200) && call.Code is not ("ledger_unavailable" or "storage_unavailable")));
        report.None("Connections broken by a database that was away", outage.Where(static call => call is { Failure: not null, Request.Leaves: false }));
        report.Fact($"PostgreSQL away for {(restarted - killed).TotalSeconds:F1} s: {outage.Count} requests began and ended, {outage.Count(static call => call.IsComplete)} to its end; "
            + $"{outage.Count(static call => call.Status == 503)} of them refused, {outage.Count(static call => call.Status == 200)} begun; "
            + $"it took {(up - restarted).TotalSeconds:F1} s to start, and every gateway had answered {(back - up).TotalSeconds:F1} s later");

        IEnumerable<SoakCall> OfWide(DateTimeOffset after) => load.Calls.Where(call => call.Began > after && call.Request.Tenant == scenario.Wide);
    }
}
