namespace Gateway.Testing.Soak;

/// <summary>
/// Servers that the gateways stand on are killed and started again under load, round after round. No request takes more than its deadline, none is
/// billed twice, and each gateway keeps to its own policy for a Redis that is away: one refuses, one admits, one goes by its share.
/// </summary>
internal sealed class OutageScenario : IAsyncDisposable
{
    public const int Refuse = 0;
    public const int Admit = 1;
    public const int Share = 2;

    /// <summary>For what must come to be, on a machine that may be slow.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private OutageScenario(SoakCluster cluster, SoakTenant wide, SoakTenant narrow, SoakOptions options, SoakReport report, CancellationToken ct)
    {
        (Cluster, Wide, Narrow, Options, Report) = (cluster, wide, narrow, options, report);
        Load = new SoakLoad(
            cluster, options, (random, tag) => random.Next(2) == 0 ? SoakDrafts.Mixed(random, tag, wide) : SoakDrafts.Quick(random, tag, narrow), ct);
    }

    public SoakCluster Cluster { get; }

    /// <summary>A tenant whose limits are out of reach.</summary>
    public SoakTenant Wide { get; }

    /// <summary>A tenant that asks for more than its limit.</summary>
    public SoakTenant Narrow { get; }

    public SoakOptions Options { get; }

    public SoakReport Report { get; }

    public SoakLoad Load { get; }

    public static Task<SoakReport> RedisAsync(SoakOptions options, CancellationToken ct) => RunAsync("redis", [RedisOutage.RunAsync], options, ct);

    public static Task<SoakReport> PostgresAsync(SoakOptions options, CancellationToken ct) => RunAsync("postgres", [PostgresOutage.RunAsync], options, ct);

    /// <summary>One after the other, on the same gateways.</summary>
    public static Task<SoakReport> BothAsync(SoakOptions options, CancellationToken ct) =>
        RunAsync("redis and postgres", [RedisOutage.RunAsync, PostgresOutage.RunAsync], options, ct);

    public ValueTask DisposeAsync() => Load.DisposeAsync();

    private static async Task<SoakReport> RunAsync(
        string name, Func<OutageScenario, CancellationToken, Task>[] outages, SoakOptions options, CancellationToken ct)
    {
        var report = new SoakReport(name);
        await using var cluster = await SoakCluster.StartAsync(["refuse", "admit", "local_share"], options, ct);
        var wide = await cluster.AddPrepaidTenantAsync("wide", "1000000", """{"requests_per_minute":1000000,"tokens_per_minute":1000000000,"concurrent_requests":10000}""", ct);
        var narrow = await cluster.AddTenantAsync("narrow", $$"""{"requests_per_minute":{{options.RequestsPerMinute}}}""", ct);
        await using var scenario = new OutageScenario(cluster, wide, narrow, options, report, ct);
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var outageAsync in outages)
            {
                await outageAsync(scenario, ct);
            }
        }

        var ended = await scenario.Load.StopAsync();
        await cluster.StopGatewaysAsync(report);
        await SoakBooks.CheckAsync(cluster, ended, report, ct);
        report.None("Leases that are left when no request is", (await SoakLeases.ReadAsync(cluster, report)).Keys);
        return report;
    }
}
