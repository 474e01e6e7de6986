using System.Globalization;
using Gateway.Benchmarks.Driving;
using Gateway.Benchmarks.Servers;

namespace Gateway.Benchmarks.Load;

/// <summary>
/// Drives bare YARP, or another build of the gateway, and the gateway in turn, in front of the same upstream, and sets them side by side. All share one machine, so requests
/// a second depend on what else runs there; CPU for each request, and the ratios, depend on it much less.
/// </summary>
internal static class LoadCommand
{
    public static async Task<int> RunAsync(LoadOptions options, CancellationToken ct)
    {
        Prerequisites.Check();
        var (failed, costs) = (0L, new List<double>());
        for (var i = 0; i < options.Starts; i++)
        {
            var (other, gateway) = await RunOnceAsync(options, ct);
            failed += other.Failed + gateway.Failed;
            if (options.ComparesTelemetry)
            {
                costs.Add(LoadReport.MedianCost(other, gateway));
            }
        }

        if (costs.Count > 1)
        {
            await LoadReport.WriteStartsAsync(Console.Out, costs);
        }

        return failed == 0 ? 0 : 1;
    }

    /// <summary>One start of both, and all their rounds.</summary>
    private static async Task<(Subject Other, Subject Gateway)> RunOnceAsync(LoadOptions options, CancellationToken ct)
    {
        using var workspace = new Workspace();
        using var otherWorkspace = new Workspace();
        var driver = DriverFor(options, workspace);
        await using var redis = options.RedisAndPostgres ? await RedisServer.StartAsync(workspace, ct) : null;
        await using var postgres = options.RedisAndPostgres ? await PostgresServer.StartAsync(ct) : null;
        var settings = options.Gateway with { Redis = redis?.ConnectionString, Postgres = postgres?.ConnectionString };

        await using var upstream = await Upstream.StartAsync(workspace, ct);
        await using var yarp = options.Against is null ? await YarpServer.StartAsync(workspace, upstream.Url, ct) : null;
        await using var other = options.Against is { } against
            ? await GatewayServer.StartAsync(otherWorkspace, upstream.Url, against with { Redis = settings.Redis, Postgres = settings.Postgres }, ct)
            : null;
        await using var gateway = await GatewayServer.StartAsync(workspace, upstream.Url, settings, ct);

        var body = options.Image
            ? ChatBodies.SmallImage(BenchmarkCatalog.Model, options.Stream)
            : ChatBodies.Text(BenchmarkCatalog.Model, options.Stream);
        var subjects = new[]
        {
            other is null
                ? new Subject("bare YARP", yarp!, new DriveRequest(body, BearerKey: null), driver, options) // Started where there is no other.
                : new Subject(options.ComparesTelemetry ? "without" : "the other", other.Process, new DriveRequest(body, other.Key, options.IdempotencyKeys), driver, options),
            new Subject(options.ComparesTelemetry ? "with" : "gateway", gateway.Process, new DriveRequest(body, gateway.Key, options.IdempotencyKeys), driver, options),
        };
        foreach (var subject in subjects)
        {
            await subject.WarmUpAsync(ct);
        }

        for (var i = 1; i <= options.Rounds; i++)
        {
            // In either order, so that neither always comes behind the other.
            foreach (var subject in i % 2 == 1 ? subjects : [.. subjects.Reverse()])
            {
                var round = await subject.RunRoundAsync(ct);
                await Console.Out.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {i} {subject.Name,-10} {round.RequestsPerSecond,8:F0}/s  p50 {round.P50Ms,7:F2} ms  p99 {round.P99Ms,7:F2} ms  {round.CpuPerRequest,7:F1} us/request  {round.Drive.Failed} failed"));
            }
        }

        await LoadReport.WriteAsync(Console.Out, options, subjects[0], subjects[1]);
        return (subjects[0], subjects[1]);
    }

    private static ILoadDriver DriverFor(LoadOptions options, Workspace workspace) => options.Driver switch
    {
        _ when options.Rate > 0 => options.Driver is null or "http"
            ? new HttpDriver(options.Rate)
            : throw new CannotMeasureException("--rate needs --driver http."),
        "http" => new HttpDriver(rate: 0),
        "wrk" => WrkDriver.Find(workspace) ?? throw new CannotMeasureException("wrk is not on the PATH. Install it, or use --driver http."),
        null => WrkDriver.Find(workspace) ?? (ILoadDriver)new HttpDriver(rate: 0),
        var other => throw new CannotMeasureException($"--driver {other}: wrk or http is needed."),
    };
}
