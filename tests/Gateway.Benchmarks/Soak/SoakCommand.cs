using Gateway.Testing.Soak;

namespace Gateway.Benchmarks.Soak;

/// <summary>
/// Runs the scenarios that the tests run for seconds, for as long as is asked, and prints what each found. Exit code 1 where something was found that
/// must not be.
/// </summary>
internal static class SoakCommand
{
    private const string All = "all";

    // Of the limits' scenario, where the load lasts; in the others a bucket that is drained within a second or two.
    private const long RequestsPerMinute = 3000;
    private const long NarrowRequestsPerMinute = 90;

    private static readonly TimeSpan LongestOutage = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(Arguments args, CancellationToken ct)
    {
        args.AllowOnly("scenario", "rounds", "seed", "seconds", "clients", "redis-timeout");
        if (SoakCluster.WhyAbsent() is { } reason)
        {
            throw new CannotMeasureException(reason);
        }

        var chosen = args.Choice("scenario", [All, .. SoakScenarios.All.Keys]);
        var violations = 0;
        foreach (var (name, runAsync) in SoakScenarios.All.Where(scenario => chosen == All || scenario.Key == chosen))
        {
            var options = OptionsFor(name, args);
            await Console.Out.WriteLineAsync($"{name}: seed {options.Seed}, {options.Clients} clients, {Extent(name, options)} ...");
            var began = TimeProvider.System.GetTimestamp();
            var report = await runAsync(options, ct);
            await Console.Out.WriteLineAsync($"{report}\n  in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:F0} s");
            violations += report.Violations.Count;
        }

        return violations == 0 ? 0 : 1;
    }

    private static SoakOptions OptionsFor(string scenario, Arguments args)
    {
        var duration = TimeSpan.FromSeconds(args.Whole("seconds", 60));
        return new SoakOptions
        {
            Seed = args.Whole("seed", 1),
            Clients = args.Whole("clients", 200),
            Rounds = args.Whole("rounds", 20),
            Duration = scenario == "limits" || duration < LongestOutage ? duration : LongestOutage,
            RequestsPerMinute = scenario == "limits" ? RequestsPerMinute : NarrowRequestsPerMinute,
            WaitForLeases = true,
            RedisTimeout = TimeSpan.FromMilliseconds(args.Whole("redis-timeout", 5000)),
        };
    }

    private static string Extent(string scenario, SoakOptions options) => scenario switch
    {
        "limits" => $"{options.Duration.TotalSeconds} s",
        "kill" => $"{options.Rounds} kills",
        _ => $"{options.Rounds} outages of {options.Duration.TotalSeconds} s",
    };
}
