using System.Globalization;

namespace Gateway.Benchmarks.Servers;

/// <summary>What the kernel knows of a process, from /proc.</summary>
internal readonly record struct ProcessFigures(int Pid)
{
    // USER_HZ, which is 100 on every Linux that .NET runs on, whatever the kernel's own tick.
    private const long MicrosecondsPerTick = 10_000;

    /// <summary>Time on a CPU, user and system, of all its threads.</summary>
    public long CpuMicroseconds()
    {
        // The name in brackets may hold blanks; fields 14 and 15 of proc(5) count from behind it.
        var text = File.ReadAllText($"/proc/{Pid}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) * MicrosecondsPerTick;
    }

    public long ResidentBytes() => StatusBytes("VmRSS:");

    /// <summary>The most that was resident since the start, or since <see cref="TryResetPeak"/>.</summary>
    public long PeakResidentBytes() => StatusBytes("VmHWM:");

    /// <summary>Makes the peak begin anew; false where the kernel does not permit it.</summary>
    public bool TryResetPeak()
    {
        try
        {
            File.WriteAllText($"/proc/{Pid}/clear_refs", "5");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private long StatusBytes(string field)
    {
        foreach (var line in File.ReadLines($"/proc/{Pid}/status"))
        {
            if (line.StartsWith(field, StringComparison.Ordinal))
            {
                return Number(line.AsSpan(field.Length).Trim().ToString().Split(' ')[0]) * 1024;
            }
        }

        throw new CannotMeasureException($"/proc/{Pid}/status has no {field}");
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
