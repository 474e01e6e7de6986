using Gateway.Benchmarks.Driving;

namespace Gateway.Benchmarks.Load;

/// <summary>One round against one proxy.</summary>
/// <param name="Drive">What the load generator saw.</param>
/// <param name="CpuMicroseconds">CPU that the proxy's process took in it.</param>
/// <param name="ResidentBytes">Its memory at the end.</param>
internal readonly record struct Round(DriveResult Drive, long CpuMicroseconds, long ResidentBytes)
{
    public double RequestsPerSecond => Drive.Completed / Drive.Duration.TotalSeconds;

    public double CpuPerRequest => (double)CpuMicroseconds / Math.Max(1, Drive.Completed);

    public double P50Ms => Drive.P50.TotalMilliseconds;

    public double P99Ms => Drive.P99.TotalMilliseconds;

    public double ResidentMegabytes => ResidentBytes / 1e6;
}
