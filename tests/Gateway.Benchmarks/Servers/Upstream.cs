namespace Gateway.Benchmarks.Servers;

/// <summary>The simulator: no recording, and no waiting unless its directives say so.</summary>
internal static class Upstream
{
    public static Task<ServerProcess> StartAsync(Workspace workspace, CancellationToken ct, string behavior = "")
    {
        var url = FreePort.NextUrl();
        return ServerProcess.StartAsync(
            "upstream", workspace.Root, Programs.Simulator(url, behavior), new Dictionary<string, string>(StringComparer.Ordinal), url, "healthz", ct);
    }
}
