namespace Gateway.Benchmarks.Driving;

/// <summary>Sends one request over and over on a number of connections, each as soon as the one before is answered.</summary>
internal interface ILoadDriver
{
    Task<DriveResult> DriveAsync(Uri url, DriveRequest request, int connections, TimeSpan duration, CancellationToken ct);
}
