using Gateway.Benchmarks.Servers;

namespace Gateway.Benchmarks.Streams;

/// <summary>A proxy with streams through it, and what came of its rounds so far.</summary>
internal sealed class StreamSubject(string name, ServerProcess proxy, ServerProcess provider, StreamRequest request, StreamPlan plan)
{
    private readonly List<int> _stalls = [];
    private readonly List<string> _failures = [];
    private readonly List<(double Proxy, double Provider, double Client)> _cpu = [];

    public string Name => name;

    public IReadOnlyList<string> Failures => _failures;

    public long Chunks => _stalls.Count;

    public double ProxyCpu => _cpu.Average(cpu => cpu.Proxy);

    public double ProviderCpu => _cpu.Average(cpu => cpu.Provider);

    public double ClientCpu => _cpu.Average(cpu => cpu.Client);

    public async Task RunRoundAsync(CancellationToken ct)
    {
        var running = StreamClient.RunAsync(proxy.Url, request, plan, ct);
        var measuring = MeasureCpuAsync(ct);
        var result = await running;
        _cpu.Add(await measuring);
        _failures.AddRange(result.Failures);
        _stalls.AddRange(result.GapMicroseconds.Select(gap => Math.Max(0, gap - (int)plan.Pace.TotalMicroseconds)));
        if (proxy.HasExited)
        {
            throw new CannotMeasureException($"{name} ended under load.");
        }
    }

    /// <summary>What that many of 1000 gaps stayed within, beyond the pace, in milliseconds.</summary>
    public double StallMs(int perMille)
    {
        _stalls.Sort();
        return _stalls is [] ? double.NaN : _stalls[Math.Min(_stalls.Count - 1, (int)((long)_stalls.Count * perMille / 1000))] / 1000.0;
    }

    /// <summary>CPUs that each process keeps busy while gaps are measured.</summary>
    private async Task<(double Proxy, double Provider, double Client)> MeasureCpuAsync(CancellationToken ct)
    {
        ProcessFigures[] processes = [proxy.Figures, provider.Figures, new ProcessFigures(Environment.ProcessId)];
        await Task.Delay(plan.WindowStart, TimeProvider.System, ct);
        var began = TimeProvider.System.GetTimestamp();
        var before = processes.Select(process => process.CpuMicroseconds()).ToArray();
        await Task.Delay(plan.Measured, TimeProvider.System, ct);
        var elapsed = TimeProvider.System.GetElapsedTime(began).TotalMicroseconds;
        var cpu = processes.Select((process, i) => (process.CpuMicroseconds() - before[i]) / elapsed).ToArray();
        return (cpu[0], cpu[1], cpu[2]);
    }
}
