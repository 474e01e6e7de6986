namespace Gateway.Benchmarks.Servers;

/// <summary><see cref="BareYarp"/> as a process.</summary>
internal static class YarpServer
{
    public static Task<ServerProcess> StartAsync(Workspace workspace, Uri upstream, CancellationToken ct)
    {
        var url = FreePort.NextUrl();
        var production = new Dictionary<string, string>(StringComparer.Ordinal) { ["ASPNETCORE_ENVIRONMENT"] = "Production" };
        return ServerProcess.StartAsync("bare-yarp", workspace.Root, Programs.BareYarp(url, upstream), production, url, "health/live", ct);
    }
}
