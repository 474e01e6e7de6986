using Gateway.Benchmarks.Driving;
using Gateway.Benchmarks.Servers;

namespace Gateway.Benchmarks.Load;

/// <summary>A proxy under load, and its rounds so far.</summary>
internal sealed class Subject(string name, ServerProcess process, DriveRequest request, ILoadDriver driver, LoadOptions options)
{
    private readonly List<Round> _rounds = [];

    public string Name => name;

    public IReadOnlyList<Round> Rounds => _rounds;

    public long Failed { get; private set; }

    public async Task WarmUpAsync(CancellationToken ct) =>
        Failed += (await driver.DriveAsync(process.Url, request, options.Connections, options.WarmUp, ct)).Failed;

    public async Task<Round> RunRoundAsync(CancellationToken ct)
    {
        var figures = process.Figures;
        var before = figures.CpuMicroseconds();
        var drive = await driver.DriveAsync(process.Url, request, options.Connections, options.Duration, ct);
        if (process.HasExited)
        {
            throw new CannotMeasureException($"{name} ended under load.");
        }

        var round = new Round(drive, figures.CpuMicroseconds() - before, figures.ResidentBytes());
        _rounds.Add(round);
        Failed += drive.Failed;
        return round;
    }

    public double MedianOf(Func<Round, double> figure) => Median.Of(_rounds.Select(figure));
}
