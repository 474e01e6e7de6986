namespace Gateway.Benchmarks.Servers;

/// <summary>The gateway in Production, in front of one upstream, with a tenant whose limits are on and out of reach.</summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    private const string AdminKey = "benchmark-admin-key-0123456789abcdef";

    private GatewayServer(ServerProcess process, string key)
    {
        Process = process;
        Key = key;
    }

    public ServerProcess Process { get; }

    /// <summary>A key that is let in.</summary>
    public string Key { get; }

    public static async Task<GatewayServer> StartAsync(Workspace workspace, Uri upstream, GatewaySettings settings, CancellationToken ct)
    {
        var data = workspace.Folder("data");
        var catalog = workspace.File("catalog.json");
        await File.WriteAllTextAsync(catalog, settings.Catalog(upstream), ct);
        var url = FreePort.NextUrl();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = url.AbsoluteUri,
            ["Gateway__CatalogPath"] = catalog,
            ["Gateway__DataDirectory"] = data,
            ["Gateway__AdminKey"] = AdminKey,
        };
        Add(environment, "ConnectionStrings__Postgres", settings.Postgres);
        Add(environment, "ConnectionStrings__Redis", settings.Redis);
        foreach (var variable in settings.Environment)
        {
            var at = variable.IndexOf('=', StringComparison.Ordinal);
            environment[at > 0 ? variable[..at] : throw new CannotMeasureException($"--env {variable}: NAME=VALUE is needed.")] = variable[(at + 1)..];
        }

        var process = await ServerProcess.StartAsync("gateway", workspace.Root, Programs.Gateway(settings.Build), environment, url, "health/live", ct);
        try
        {
            return new GatewayServer(process, await TenantSeed.MakeKeyAsync(url, AdminKey, ct));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static void Add(Dictionary<string, string> environment, string name, string? value)
    {
        if (value is not null)
        {
            environment[name] = value;
        }
    }
}
