namespace Gateway.Benchmarks.Servers;

/// <summary>The simulator: no recording, no waiting.</summary>
internal static class Upstream
{
    public static Task<ServerProcess> StartAsync(Workspace workspace, CancellationToken ct)
    {
        var url = FreePort.NextUrl();
        return ServerProcess.StartAsync("upstream", workspace.Root, Programs.Simulator(url), new Dictionary<string, string>(StringComparer.Ordinal), url, "healthz", ct);
    }
}
