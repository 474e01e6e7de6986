using System.Globalization;
using Gateway.Benchmarks.Micro;

namespace Gateway.Benchmarks.Telemetry;

/// <summary>
/// What telemetry costs a request, as CPU time and not as time on the clock: a busy machine stretches the one far less than the other. Of several rounds the
/// cheapest counts. A scrape's time is on the clock, for that is what Prometheus waits for.
/// </summary>
internal static class TelemetryCommand
{
    private const int Rounds = 10;
    private const int Calls = 100_000;
    private const int Scrapes = 20;
    private const double MostMicroseconds = 8;
    private const double MostScrapeMs = 50;
    private const double MostScrapeBytes = 2 * 1024 * 1024;

    public static async Task<int> RunAsync(CancellationToken ct)
    {
        using var telemetry = new TelemetryBenchmarks();
        var sum = 0d;
        foreach (var (name, call) in new (string, Action)[]
        {
            ("instruments and request line", telemetry.Recorded),
            ("unsampled trace", () => telemetry.UnsampledTrace()),
        })
        {
            var cost = await CpuMicrosecondsAsync(call, ct);
            sum += cost;
            await RowAsync($"{name}, us of CPU", cost, null);
        }

        await RowAsync("together", sum, MostMicroseconds);
        var began = TimeProvider.System.GetTimestamp();
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < Scrapes; i++, began = TimeProvider.System.GetTimestamp())
        {
            telemetry.Scrape();
            fastest = TimeProvider.System.GetElapsedTime(began) is var took && took < fastest ? took : fastest;
        }

        await RowAsync("scrape, ms", fastest.TotalMilliseconds, MostScrapeMs);
        await RowAsync("scrape, bytes", telemetry.ScrapeBytes, MostScrapeBytes);
        return 0;
    }

    private static async Task<double> CpuMicrosecondsAsync(Action call, CancellationToken ct)
    {
        var cheapest = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            ct.ThrowIfCancellationRequested();
            var before = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < Calls; i++)
            {
                call();
            }

            cheapest = Math.Min(cheapest, (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / Calls);

            // What the log's thread still has to write, and the compiler to do, belongs to this round alone.
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, ct);
        }

        return cheapest;
    }

    private static Task RowAsync(string name, double value, double? most) => Console.Out.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture, $"{name,-32}{value,12:F2}{(most is { } limit ? string.Create(CultureInfo.InvariantCulture, $"   <= {limit:F0}") : "")}"));
}
