namespace Gateway.Benchmarks.Servers;

internal static class Prerequisites
{
    public static void Check()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new CannotMeasureException("CPU and memory of the processes are read from /proc: this needs Linux.");
        }

        var debug = typeof(Prerequisites).Assembly.GetCustomAttributes(typeof(System.Diagnostics.DebuggableAttribute), inherit: false)
            .Any(attribute => ((System.Diagnostics.DebuggableAttribute)attribute).IsJITOptimizerDisabled);
        if (debug)
        {
            throw new CannotMeasureException("This is a debug build, whose figures mean nothing. Run it with -c Release.");
        }
    }
}
