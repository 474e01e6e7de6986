namespace Gateway.Benchmarks.Servers;

/// <summary>How this build's programs are started: each in a process of its own, all under the gateway's runtime settings.</summary>
internal static class Programs
{
    private static string Here => AppContext.BaseDirectory;

    public static IEnumerable<string> Gateway(string? directory)
    {
        var program = Path.Combine(directory ?? Here, "Gateway.dll");
        return File.Exists(program) ? ["dotnet", program] : throw new CannotMeasureException($"There is no gateway at {program}.");
    }

    /// <param name="url">Where it listens.</param>
    /// <param name="behavior">Its directives; empty = it answers at once.</param>
    public static IEnumerable<string> Simulator(Uri url, string behavior) =>
        ["dotnet", Path.Combine(Here, "Gateway.Simulator.dll"), "--urls", url.AbsoluteUri, "--no-record", "--behavior", behavior];

    // The gateway's garbage collector and tiering, for a fair comparison.
    public static IEnumerable<string> BareYarp(Uri url, Uri upstream) =>
    [
        "dotnet", "exec",
        "--runtimeconfig", Path.Combine(Here, "Gateway.runtimeconfig.json"),
        "--depsfile", Path.Combine(Here, "Gateway.Benchmarks.deps.json"),
        Path.Combine(Here, "Gateway.Benchmarks.dll"),
        Servers.BareYarp.Command, "--upstream", upstream.AbsoluteUri, "--urls", url.AbsoluteUri,
    ];
}
