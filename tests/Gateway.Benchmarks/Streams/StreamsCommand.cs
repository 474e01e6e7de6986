using System.Globalization;
using Gateway.Benchmarks.Servers;

namespace Gateway.Benchmarks.Streams;

/// <summary>
/// Many slow streams at once through bare YARP and through the gateway in turn, in front of the same provider: how much later than the provider's
/// pace a chunk reaches the client. Client, provider and proxy share the machine, so the bare proxy's stalls are the machine's own, and what the
/// gateway's are beyond those is what it adds.
/// </summary>
internal static class StreamsCommand
{
    // What the gateway may add to a stall, at p99.
    private const double MostAddedMs = 50;

    // How many streams begin within a second: opening connections is not what is measured.
    private const double BeginnersPerSecond = 200;

    private static readonly TimeSpan ShortestRamp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(StreamsOptions options, CancellationToken ct)
    {
        Prerequisites.Check();
        var ramp = TimeSpan.FromSeconds(options.Streams / BeginnersPerSecond);
        var plan = new StreamPlan(options.Streams, options.Pace, ramp > ShortestRamp ? ramp : ShortestRamp, options.Duration);
        var warmUp = plan with { Measured = WarmUp };

        using var workspace = new Workspace();
        await using var upstream = await Upstream.StartAsync(workspace, ct, Pacing(plan));
        await using var yarp = await YarpServer.StartAsync(workspace, upstream.Url, ct);
        await using var gateway = await GatewayServer.StartAsync(workspace, upstream.Url, options.Gateway, ct);
        var direct = options.Dialect.Direct;
        var asked = StreamDialect.OfGateway(gateway.Key);
        var subjects = new[]
        {
            new StreamSubject("bare YARP", yarp, upstream, direct, plan),
            new StreamSubject("gateway", gateway.Process, upstream, asked, plan),
        };

        // All processes' code is compiled by streams that are broken off.
        foreach (var (process, request) in new[] { (yarp, direct), (gateway.Process, asked) })
        {
            await WarmUpAsync(process, request, warmUp, ct);
        }

        for (var i = 1; i <= options.Rounds; i++)
        {
            foreach (var subject in subjects)
            {
                await subject.RunRoundAsync(ct);
                await Console.Out.WriteLineAsync(Line($"round {i} {subject.Name,-10} up to here: p99 {subject.StallMs(990),7:F2} ms  {subject.Failures.Count} failed"));
            }
        }

        await ReportAsync(Console.Out, options, subjects[0], subjects[1]);
        return subjects.Sum(subject => subject.Failures.Count) == 0 ? 0 : 1;
    }

    /// <summary>The provider's own chunks: as many as the plan has, at its pace.</summary>
    private static string Pacing(StreamPlan plan) => Line($"pace={(long)plan.Pace.TotalMicroseconds}us;tokens={plan.Chunks}");

    private static async Task WarmUpAsync(ServerProcess process, StreamRequest request, StreamPlan plan, CancellationToken ct)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        enough.CancelAfter(plan.WindowEnd);
        try
        {
            await StreamClient.RunAsync(process.Url, request, plan, enough.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // They had gone on for longer.
        }
    }

    private static async Task ReportAsync(TextWriter output, StreamsOptions options, StreamSubject bare, StreamSubject gateway)
    {
        await output.WriteLineAsync($"\n{options}: how much later than {options.Pace.TotalMilliseconds} ms after the one before a chunk came");
        await output.WriteLineAsync($"{"",-22}{bare.Name,14}{gateway.Name,14}{"added",10}{"target",10}");
        await RowAsync("stall p50 ms", subject => subject.StallMs(500), "F2");
        await RowAsync("stall p99 ms", subject => subject.StallMs(990), "F2", MostAddedMs);
        await RowAsync("stall p99.9 ms", subject => subject.StallMs(999), "F2");
        await RowAsync("proxy CPUs", subject => subject.ProxyCpu, "F2");
        await RowAsync("provider CPUs", subject => subject.ProviderCpu, "F2");
        await RowAsync("client CPUs", subject => subject.ClientCpu, "F2");
        await RowAsync("chunks/s", subject => subject.Chunks / (options.Duration.TotalSeconds * options.Rounds), "F0");
        await output.WriteLineAsync($"{"failed",-22}{bare.Failures.Count,14}{gateway.Failures.Count,14}{"",10}{"0",10}");
        foreach (var failure in bare.Failures.Concat(gateway.Failures).Distinct().Take(5))
        {
            await output.WriteLineAsync($"  {failure}");
        }

        Task RowAsync(string name, Func<StreamSubject, double> figure, string format, double? target = null)
        {
            var (left, right) = (figure(bare), figure(gateway));
            var limit = target is { } most ? Line($"<= {most:F0}") : "";
            return output.WriteLineAsync(
                $"{name,-22}{Text(left),14}{Text(right),14}{Text(right - left),10}{limit,10}");

            string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        }
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
