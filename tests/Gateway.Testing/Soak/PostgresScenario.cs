namespace Gateway.Testing.Soak;

/// <summary>
/// All of PostgreSQL's processes are killed and it is started again under load. Meanwhile no answer can have its row, so none ends as if it had;
/// nothing is sent to a provider for nothing for long, and nothing is billed twice for having been written twice.
/// </summary>
internal static class PostgresScenario
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public static async Task<SoakReport> RunAsync(SoakOptions options, CancellationToken ct)
    {
        var report = new SoakReport("postgres");
        await using var cluster = await SoakCluster.StartAsync(["refuse"], options, ct);
        var tenant = await cluster.AddTenantAsync("soak", """{"requests_per_minute":1000000,"tokens_per_minute":1000000000,"concurrent_requests":10000}""", ct);
        await using var load = new SoakLoad(cluster, options, (random, tag) => SoakDrafts.Mixed(random, tag, tenant), ct);

        for (var round = 1; round <= options.Rounds; round++)
        {
            var before = load.Calls.Count;
            await SoakWait.UntilAsync("load", () => load.Calls.Count >= before + (2 * options.Clients), Longest, ct);
            await cluster.Postgres.CrashAsync();
            var killed = TimeProvider.System.GetUtcNow();
            await SoakWait.UntilAsync(
                "every gateway was asked",
                () => TimeProvider.System.GetUtcNow() - killed > options.Duration && Outage(load.Calls).GroupBy(static call => call.Node).Count() == SoakCluster.Size,
                options.Duration + Longest,
                ct);
            var restarted = TimeProvider.System.GetUtcNow();
            await cluster.Postgres.StartAsync();
            var up = TimeProvider.System.GetUtcNow();
            await SoakWait.UntilAsync(
                "every gateway answers again",
                () => load.Calls.Where(call => call.Began > up && call.IsComplete).GroupBy(static call => call.Node).Count() == SoakCluster.Size,
                Longest,
                ct);

            var back = TimeProvider.System.GetUtcNow();
            var outage = Outage(load.Calls).Where(call => call.Ended < restarted).ToList();
            report.None("Answers that ended without a database to write their row to", outage.Where(static call => call.IsComplete));
            report.None(
                "Requests refused for another reason than the database",
                outage.Where(static call => call.Status is not (0 or 200) && call.Code is not ("ledger_unavailable" or "storage_unavailable") && call.Request.Model != SoakCatalog.Stuck));
            report.Fact($"PostgreSQL away for {(restarted - killed).TotalSeconds:F1} s: {outage.Count} requests began and ended, none to its end; "
                + $"{outage.Count(static call => call.Status == 503)} of them refused, {outage.Count(static call => call.Status == 200)} begun; "
                + $"it took {(up - restarted).TotalSeconds:F1} s to start, and every gateway had answered {(back - up).TotalSeconds:F1} s later");

            IEnumerable<SoakCall> Outage(IEnumerable<SoakCall> calls) => calls.Where(call => call.Began > killed);
        }

        var calls = await load.StopAsync();
        await cluster.StopGatewaysAsync(report);
        await SoakBooks.CheckAsync(cluster, calls, report, ct);
        report.None("Leases that are left when no request is", (await SoakLeases.ReadAsync(cluster, report)).Keys);
        return report;
    }
}
