using Gateway.Conformance.Running;
using Gateway.Simulator;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;

namespace Gateway.Conformance.Drill;

/// <summary>Two nodes on one Redis and one PostgreSQL, a provider with a spare one, and a Prometheus with the rules that are deployed.</summary>
internal sealed class DrillSite : IAsyncDisposable
{
    /// <summary>Served by the provider, and by the spare one while that is away.</summary>
    public const string Covered = "covered";

    /// <summary>Served by the provider alone.</summary>
    public const string Alone = "alone";

    /// <summary>Its answers begin, and end when they are let.</summary>
    public const string Slow = "slow";

    private const string AdminKey = "the-admin-key-of-the-drill";

    private readonly List<IAsyncDisposable> _owned = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-drill-");
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SimulatorHost _main = null!; // All are there when StartAsync is through.
    private SimulatorHost _spare = null!;
    private SimulatorHost _slow = null!;

    public RedisServer Redis { get; private set; } = null!;

    public PostgresServer Postgres { get; private set; } = null!;

    public DrillPrometheus Prometheus { get; private set; } = null!;

    public DrillNode First { get; private set; } = null!;

    public DrillNode Second { get; private set; } = null!;

    public string Key { get; private set; } = "";

    public string Database { get; private set; } = "";

    /// <summary>Why there can be none here, or null.</summary>
    public static string? WhyAbsent() =>
        !OperatingSystem.IsLinux() ? "The servers are killed by means of Linux."
        : !RedisServer.IsInstalled ? "No redis-server is on the PATH."
        : !PostgresServer.IsInstalled ? "PostgreSQL is not installed under /usr/lib/postgresql."
        : !DrillPrometheus.IsInstalled ? "No prometheus is on the PATH."
        : null;

    public static async Task<DrillSite> StartAsync(CancellationToken ct)
    {
        var site = new DrillSite();
        try
        {
            await site.BuildAsync(ct);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>A node on another database, with a data directory of its own.</summary>
    public DrillNode NodeOn(string name, string database) => Own(new DrillNode(name, Path.Combine(_folder.FullName, name), () => Settings(database), Catalog, AdminKey));

    /// <summary>The provider goes, with all that it was answering.</summary>
    public ValueTask LoseProviderAsync() => _main.DisposeAsync();

    /// <summary>The provider is there again, where it was.</summary>
    public async Task ReturnProviderAsync(CancellationToken ct) => _main = Own(await SimulatorHost.StartAsync(new SimulatorOptions { Url = _main.BaseAddress }, ct));

    /// <summary>A stream of <see cref="Slow"/> that has begun.</summary>
    public Task<OpenStream> BeginStreamAsync(DrillNode node, CancellationToken ct) => OpenStream.BeginAsync(_client, new Uri(node.Address, "v1/chat/completions"), Key, Slow, ct);

    /// <summary>Lets all streams end that have begun.</summary>
    public void Release() => _release.TrySetResult();

    /// <summary>And holds those that begin from now on.</summary>
    public void Hold()
    {
        _release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _slow.Script.Otherwise = Held(_release.Task);
    }

    /// <summary>A file of the drill's.</summary>
    public string FileNamed(string name) => Path.Combine(_folder.FullName, name);

    public async ValueTask DisposeAsync()
    {
        Release();
        _client.Dispose();
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            await _owned[i].DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private static Behavior Held(Task release) => Behavior.Normal with { Hold = release, HoldAfter = 2, Tokens = 6 };

    private async Task BuildAsync(CancellationToken ct)
    {
        Redis = Own(await RedisServer.StartNewAsync(ct));
        Postgres = Own(await PostgresServer.StartNewAsync());
        Database = await Postgres.CreateDatabaseAsync();
        _main = Own(await SimulatorHost.StartAsync(new SimulatorOptions(), ct));
        _spare = Own(await SimulatorHost.StartAsync(new SimulatorOptions(), ct));
        _slow = Own(await SimulatorHost.StartAsync(new SimulatorOptions(), ct));
        First = NodeOn("first", Database);
        Second = NodeOn("second", Database);
        await Task.WhenAll(First.StartAsync(ct), Second.StartAsync(ct));
        using var admin = new GatewayAdmin(First.Address, AdminKey);
        var tenant = await admin.CreateTenantAsync("drill", """{"limits":{"requests_per_minute":1000000,"concurrent_requests":1000}}""", ct);
        Key = (await admin.CreateKeyAsync(tenant, "drill", "{}", ct)).Secret;
        Prometheus = Own(await DrillPrometheus.StartAsync(Path.Combine(Repository.Root, "deploy", "prometheus", "gateway.rules.yml"), [First.Instance, Second.Instance], ct));
    }

    private T Own<T>(T part)
        where T : IAsyncDisposable
    {
        _owned.Add(part);
        return part;
    }

    private Dictionary<string, string> Settings(string database) => new()
    {
        // As an operator has them, but for timeouts that suit a machine on which everything runs at once.
        ["ConnectionStrings__Postgres"] = $"{database};Timeout=10;Command Timeout=10",
        ["ConnectionStrings__Redis"] = Redis.Endpoint,
        ["Gateway__Limits__RedisTimeoutMs"] = "1000",
        ["Gateway__ShutdownDelaySeconds"] = "2",
        ["Gateway__ShutdownGraceSeconds"] = "60",
    };

    private string Catalog() => $$"""
        {
          "providers": {
            "main": { "dialect": "openai", "base_url": "{{_main.OpenAiBase}}", "api_key": "k" },
            "spare": { "dialect": "openai", "base_url": "{{_spare.OpenAiBase}}", "api_key": "k" },
            "slow": { "dialect": "openai", "base_url": "{{_slow.OpenAiBase}}", "api_key": "k" },
          },
          "models": {
            "{{Covered}}": { "prices": [{ "from": "2025-01-01", "input": "2.50", "output": "10.00" }],
              "deployments": [{ "provider": "main", "model": "gpt-4o;tokens=4" }, { "provider": "spare", "model": "gpt-4o;tokens=4", "priority": 1 }] },
            "{{Alone}}": { "prices": [{ "from": "2025-01-01", "input": "2.50", "output": "10.00" }], "deployments": [{ "provider": "main", "model": "gpt-4o-mini;tokens=4" }] },
            "{{Slow}}": { "prices": [{ "from": "2025-01-01", "input": "2.50", "output": "10.00" }], "deployments": [{ "provider": "slow", "model": "gpt-4o" }] },
          },
          "limits": { "when_redis_is_down": "local_share" },
        }
        """;
}
