using Gateway.Conformance.Running;
using Gateway.Testing;
using Xunit;

namespace Gateway.Conformance.Nodes;

/// <summary>Three gateway processes on one PostgreSQL database of their own, with or without a Redis, and a tenant on them.</summary>
public abstract class ThreeNodes(RunningGateway gateway, bool withRedis) : IAsyncLifetime
{
    private const int Count = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-nodes-").FullName;
    private readonly List<GatewayProcess> _nodes = [];
    private PostgresServer? _postgres;
    private RedisServer? _redis;
    private GatewayAdmin? _admin;

    public IReadOnlyList<GatewayProcess> Nodes => _nodes;

    /// <summary>The admin API of the first node.</summary>
    public GatewayAdmin Admin => _admin ?? throw new InvalidOperationException("The nodes do not run.");

    public string Tenant { get; private set; } = "";

    /// <summary>The settings of the store, as the command line takes them beside the nodes.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; private set; } = new Dictionary<string, string>();

    /// <summary>Why they do not run, or null.</summary>
    public string? Absent { get; } = PostgresServer.WhyAbsent()
        ?? (withRedis && RedisServer.Given is null && !RedisServer.IsInstalled ? "No Redis: set GATEWAY_TEST_REDIS=host:port, or install redis-server." : null);

    /// <summary>Skips the test where a backend is absent, or fails it where backends are required.</summary>
    public void Require()
    {
        if (Absent is null)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("GATEWAY_REQUIRE_BACKENDS") == "1")
        {
            Assert.Fail(Absent);
        }

        Assert.Skip(Absent);
    }

    public async ValueTask InitializeAsync()
    {
        if (Absent is not null)
        {
            return;
        }

        var ct = TestContext.Current.CancellationToken;
        _postgres = await PostgresServer.ConnectOrStartAsync();
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = $"{await _postgres.CreateDatabaseAsync()};Maximum Pool Size=8", ["Gateway__DataDirectory"] = _folder };
        if (withRedis)
        {
            _redis = RedisServer.IsInstalled ? await RedisServer.StartNewAsync(ct) : null;
            settings["ConnectionStrings__Redis"] = _redis?.Endpoint ?? RedisServer.Given!; // One of them is there.
        }

        Settings = settings;
        var options = new GatewayProcessOptions { Catalog = Offer.Text(gateway.Provider.OpenAiBase, gateway.ProviderKey) };
        for (var i = 0; i < Count; i++)
        {
            var own = settings.Where(static setting => setting.Key.StartsWith("ConnectionStrings", StringComparison.Ordinal)).ToDictionary();
            _nodes.Add(await GatewayProcess.StartAsync(options with { Settings = own }, ct));
        }

        _admin = new GatewayAdmin(_nodes[0].BaseAddress, options.AdminKey);
        Tenant = await _admin.CreateTenantAsync("three nodes", "{}", ct);
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>What a command printed, which must not fail.</summary>
    public async Task<string> CommandAsync(params string[] arguments)
    {
        var (code, output, errors) = await GatewayCommand.RunAsync(_folder, Settings, TestContext.Current.CancellationToken, [.. arguments, "--json"]);
        return code == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', arguments)}: exit code {code}. {errors}");
    }
}
