using System.Globalization;

namespace Gateway.Benchmarks.Load;

/// <summary>The medians of both proxies side by side.</summary>
internal static class LoadReport
{
    // What the gateway may cost beyond bare YARP.
    private const double MostCpu = 2.0;
    private const double MostCpuWithServers = 3.0;
    private const double MostP99 = 2.5;

    // What telemetry may cost a request, in microseconds of CPU.
    private const double MostTelemetry = 8;

    /// <summary>What telemetry cost, in microseconds of CPU a request: the median of the rounds of one start.</summary>
    public static double MedianCost(Subject without, Subject with) => Median.Of(with.Rounds.Zip(without.Rounds, CostOf));

    /// <param name="output">Gets one line.</param>
    /// <param name="costs">The median of each start; at least two.</param>
    public static Task WriteStartsAsync(TextWriter output, IReadOnlyList<double> costs)
    {
        var mean = costs.Average();
        var error = Math.Sqrt(costs.Sum(cost => (cost - mean) * (cost - mean)) / (costs.Count - 1) / costs.Count);
        return output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"\ntelemetry, CPU us/request, {costs.Count} starts: {string.Join(", ", costs.Select(static cost => cost.ToString("F1", CultureInfo.InvariantCulture)))}; mean {mean:F1}, standard error {error:F1}; target <= {MostTelemetry:F0}"));
    }

    public static async Task WriteAsync(TextWriter output, LoadOptions options, Subject bare, Subject gateway)
    {
        await output.WriteLineAsync($"\nMedians: {options}");
        await output.WriteLineAsync($"{"",-22}{bare.Name,14}{gateway.Name,14}{"ratio",10}{"target",10}");
        await RowAsync("requests/s", round => round.RequestsPerSecond, "F0");
        await RowAsync("p50 ms", round => round.P50Ms, "F2");
        await RowAsync("p99 ms", round => round.P99Ms, "F2", MostP99);
        await RowAsync("CPU us/request", round => round.CpuPerRequest, "F1", options.RedisAndPostgres ? MostCpuWithServers : MostCpu);
        await RowAsync("RSS MB", round => round.ResidentMegabytes, "F0");
        await output.WriteLineAsync($"{"failed",-22}{bare.Failed,14}{gateway.Failed,14}{"",10}{"0",10}");
        if (options.ComparesTelemetry)
        {
            // What else runs on the machine, or beside it on its host, only adds: the rounds in which both cost least tell most.
            var pairs = gateway.Rounds.Zip(bare.Rounds, static (with, without) => (Both: with.CpuPerRequest + without.CpuPerRequest, Cost: CostOf(with, without))).ToArray();
            await TelemetryAsync("all rounds", pairs);
            await TelemetryAsync("the cheapest third of the rounds", pairs.OrderBy(static pair => pair.Both).Take((pairs.Length + 2) / 3));
        }

        Task TelemetryAsync(string of, IEnumerable<(double Both, double Cost)> pairs)
        {
            var costs = pairs.Select(static pair => pair.Cost).Order().ToArray();
            return output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"telemetry, CPU us/request, {of} ({costs.Length}): median {Median.Of(costs):F1}, quartiles {costs[costs.Length / 4]:F1} and {costs[costs.Length - 1 - (costs.Length / 4)]:F1}, from {costs[0]:F1} to {costs[^1]:F1}; target <= {MostTelemetry:F0}"));
        }

        Task RowAsync(string name, Func<Round, double> figure, string format, double? target = null)
        {
            var (left, right) = (bare.MedianOf(figure), gateway.MedianOf(figure));
            var limit = target is { } most && options.Against is null ? string.Create(CultureInfo.InvariantCulture, $"<= {most:F1}") : "";
            return output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-22}{left.ToString(format, CultureInfo.InvariantCulture),14}{right.ToString(format, CultureInfo.InvariantCulture),14}{right / left,10:F2}{limit,10}"));
        }
    }

    private static double CostOf(Round with, Round without) => with.CpuPerRequest - without.CpuPerRequest;
}
