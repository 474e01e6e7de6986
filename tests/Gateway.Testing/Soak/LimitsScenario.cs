namespace Gateway.Testing.Soak;

/// <summary>
/// Three gateways share two tenants' limits, one of requests and one of tokens a minute, under more clients than either lets through. At no time t
/// has the provider been sent more than limit x (1 + t / 60 s) of them: a full bucket, and what refilled since. A third tenant's balance of a dollar pays
/// 25 requests at four cents.
/// </summary>
internal static class LimitsScenario
{
    // A reading of the clock by whole milliseconds on either side.
    private static readonly TimeSpan ClockStep = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);
    private const int Refusals = 20;

    public static async Task<SoakReport> RunAsync(SoakOptions options, CancellationToken ct)
    {
        var report = new SoakReport("limits");

        // A gateway that waits for Redis in vain refuses: then the limits hold on a machine that is too slow for them as well.
        await using var cluster = await SoakCluster.StartAsync(["refuse"], options, ct);
        var (requests, tokens) = (options.RequestsPerMinute, options.RequestsPerMinute * 50);
        SoakTenant[] tenants =
        [
            await cluster.AddTenantAsync("requests", $$"""{"requests_per_minute":{{requests}}}""", ct),
            await cluster.AddTenantAsync("tokens", $$"""{"tokens_per_minute":{{tokens}}}""", ct),
        ];
        var prepaid = await cluster.AddPrepaidTenantAsync("prepaid", "1.00", "{}", ct);

        await using var load = new SoakLoad(cluster, options, Draft, ct);
        await SoakWait.UntilAsync(
            "both limits were reached",
            () => TimeProvider.System.GetUtcNow() - load.Began > options.Duration && Array.TrueForAll(tenants, IsReached) && IsReached(prepaid),
            options.Duration + Longest,
            ct);
        var ended = await load.StopAsync();
        var calls = ended.All;
        await cluster.StopGatewaysAsync(report);
        var books = await SoakBooks.CheckAsync(cluster, ended, report, ct);

        report.Fact($"Redis seen as away: {cluster.Lines("Limits are not shared")} times");
        var rows = books.All.ToLookup(static row => row.RequestId);
        foreach (var (tenant, limit, weight) in new[]
        {
            (tenants[0], requests, (Func<string, long>)(_ => 1L)),
            (tenants[1], tokens, id => rows[id].Sum(static row => row.Tokens)),
        })
        {
            Check(cluster, load.Began, calls, tenant, limit, weight, report);
        }

        var paid = books.All.Where(row => row.TenantId == prepaid.Id).Sum(static row => row.AmountNanoUsd);
        report.Holds(paid == 1_000_000_000, $"A balance of one US dollar paid {paid} nano-dollars.");
        report.Fact($"prepaid: {books.All.Count(row => row.TenantId == prepaid.Id)} of {calls.Count(call => call.Request.Tenant == prepaid)} requests at four cents admitted by a balance of one US dollar");
        return report;

        SoakRequest Draft(Random random, string tag) =>
            random.Next(4) == 0 ? SoakDrafts.Flat(random, tag, prepaid) : SoakDrafts.Quick(random, tag, tenants[random.Next(2)]);

        bool IsReached(SoakTenant tenant) => load.Calls.Count(call => call.Status == 429 && call.Request.Tenant == tenant) >= Refusals;
    }

    /// <summary>What reached the provider was admitted before, so its arrival is later than what the limiter went by, and the bound is the wider for it.</summary>
    private static void Check(
        SoakCluster cluster, DateTimeOffset began, IReadOnlyList<SoakCall> calls, SoakTenant tenant, long limit, Func<string, long> weight, SoakReport report)
    {
        var own = calls.Where(call => call.Request.Tenant == tenant && call.RequestId is not null).Select(static call => call.RequestId!).ToHashSet();
        var arrived = cluster.Provider.Requests.Snapshot()
            .Select(static request => (Id: request.Header("X-Client-Request-Id") ?? "", request.ArrivedAt))
            .Where(request => own.Contains(request.Id))
            .OrderBy(static request => request.ArrivedAt)
            .ToList();
        long admitted = 0;
        var (fullest, over) = (0.0, new List<string>());
        foreach (var (id, at) in arrived)
        {
            admitted += weight(id);
            var allowed = limit * (1 + ((at - began + ClockStep) / TimeSpan.FromMinutes(1)));
            fullest = Math.Max(fullest, admitted / allowed);
            if (admitted > allowed)
            {
                over.Add($"{admitted} admitted after {(at - began).TotalSeconds:F3} s, {allowed:F1} allowed");
            }
        }

        report.None($"{tenant.Name}: above limit {limit} x (1 + t / 60)", over);
        report.Holds(fullest > 0.9, $"{tenant.Name}: no more than {fullest:P0} of what was allowed was ever used, which shows nothing.");
        report.Fact($"{tenant.Name}: {admitted} of {limit} a minute admitted in {(arrived.Count == 0 ? 0 : (arrived[^1].ArrivedAt - began).TotalSeconds):F1} s, at most {fullest:P2} of what was allowed");
    }
}
