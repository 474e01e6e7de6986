using System.Diagnostics.CodeAnalysis;
using Gateway.Simulator;

namespace Gateway.Testing.Soak;

/// <summary>Three gateways as processes on one Redis and one PostgreSQL, all of its own, with a simulated provider in this process.</summary>
internal sealed class SoakCluster : IAsyncDisposable
{
    /// <summary>Gateways.</summary>
    public const int Size = 3;

    private const string AdminKey = "the-admin-key-of-the-soak";
    private const int MostRecorded = 2_000_000;

    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<SoakNode> _nodes = [];

    private SoakCluster()
    {
    }

    public IReadOnlyList<SoakNode> Nodes => _nodes;

    public RedisServer Redis { get; private set; } = null!; // All are there when StartAsync is through.

    public PostgresServer Postgres { get; private set; } = null!;

    public SimulatorHost Provider { get; private set; } = null!;

    /// <summary>The string that connects to the gateways' database.</summary>
    public string Database { get; private set; } = null!;

    /// <summary>Why there can be none here, or null.</summary>
    public static string? WhyAbsent() =>
        !OperatingSystem.IsLinux() ? "The servers are killed by means of Linux."
        : !RedisServer.IsInstalled ? "No redis-server is on the PATH."
        : !PostgresServer.IsInstalled ? "PostgreSQL is not installed under /usr/lib/postgresql."
        : null;

    /// <param name="policies">What the gateways do while Redis is away, one each; the last for all that are left.</param>
    /// <param name="options">How long they wait for Redis.</param>
    /// <param name="ct">Ends the start; what was started by then is stopped.</param>
    public static async Task<SoakCluster> StartAsync(IReadOnlyList<string> policies, SoakOptions options, CancellationToken ct)
    {
        var cluster = new SoakCluster();
        try
        {
            cluster._owned.Add(cluster.Redis = await RedisServer.StartNewAsync(ct));
            cluster._owned.Add(cluster.Postgres = await PostgresServer.StartNewAsync());

            // Longer than a gateway waits by itself: all of them start at once, on few cores.
            cluster.Database = $"{await cluster.Postgres.CreateDatabaseAsync()};Timeout=30;Command Timeout=60";
            cluster._owned.Add(cluster.Provider = await SimulatorHost.StartAsync(
                new SimulatorOptions { RecordedRequests = MostRecorded, RecordedBytes = 4L << 30 }, ct));
            for (var i = 0; i < Size; i++)
            {
                var node = new SoakNode(i, policy => cluster.Options(policy, options), policies[Math.Min(i, policies.Count - 1)]);
                cluster._nodes.Add(node);
                cluster._owned.Add(node);
            }

            await Task.WhenAll(cluster._nodes.Select(node => node.StartAsync(ct)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <param name="name">For reports.</param>
    /// <param name="limits">As the admin API takes them.</param>
    /// <param name="ct">The scenario's.</param>
    public async Task<SoakTenant> AddTenantAsync(string name, string limits, CancellationToken ct)
    {
        using var admin = Admin(_nodes[0]);
        var id = await admin.CreateTenantAsync(name, $$"""{"limits":{{limits}}}""", ct);
        return new SoakTenant(name, id, await admin.CreateKeyAsync(id, name, "{}", ct));
    }

    /// <summary>A tenant that pays from a balance, with budgets that are out of reach.</summary>
    /// <param name="name">For reports.</param>
    /// <param name="usd">What is in it.</param>
    /// <param name="limits">As the admin API takes them.</param>
    /// <param name="ct">The scenario's.</param>
    public async Task<SoakTenant> AddPrepaidTenantAsync(string name, string usd, string limits, CancellationToken ct)
    {
        const string Budget = "1000000";
        using var admin = Admin(_nodes[0]);
        var id = await admin.CreateTenantAsync(name, $$"""{"mode":"prepaid","monthly_budget":"{{Budget}}","limits":{{limits}}}""", ct);
        await admin.CreditAsync(id, usd, ct);
        return new SoakTenant(name, id, await admin.CreateKeyAsync(id, name, $$"""{"monthly_budget":"{{Budget}}"}""", ct));
    }

    public GatewayAdmin Admin(SoakNode node) =>
        new(node.Address ?? throw new InvalidOperationException($"Gateway {node.Number} is down."), AdminKey);

    /// <summary>One of the gateways that are up.</summary>
    public bool TryPick(Random random, out int number, [NotNullWhen(true)] out Uri? gateway)
    {
        var first = random.Next(Size);
        for (var i = 0; i < Size; i++)
        {
            number = (first + i) % Size;
            if ((gateway = _nodes[number].Address) is not null)
            {
                return true;
            }
        }

        (number, gateway) = (-1, null);
        return false;
    }

    /// <summary>Asks all gateways that are up to end; rows of whatever they still had are written then.</summary>
    public async Task StopGatewaysAsync(SoakReport report)
    {
        var codes = await Task.WhenAll(_nodes.Where(static node => node.Address is not null).Select(static node => node.StopAsync()));
        report.Holds(codes.All(static code => code == 0), $"Gateways that were asked to end did so with {string.Join(", ", codes)}.");
    }

    /// <summary>How often one line of the gateways' logs was printed so far.</summary>
    public int Lines(string part) => _nodes.Sum(node => node.Output.Split('\n').Count(line => line.Contains(part, StringComparison.Ordinal)));

    public async ValueTask DisposeAsync()
    {
        List<Exception> failures = [];
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            try
            {
                await _owned[i].DisposeAsync();
            }
            catch (Exception exception)
            {
                // The others are to be stopped all the same.
                failures.Add(exception);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    private GatewayProcessOptions Options(string policy, SoakOptions options) => new()
    {
        Catalog = SoakCatalog.For(Provider.OpenAiBase, policy),
        AdminKey = AdminKey,
        Settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = Database,
            ["ConnectionStrings__Redis"] = Redis.Endpoint,
            ["Gateway__Limits__RedisTimeoutMs"] = $"{(int)options.RedisTimeout.TotalMilliseconds}",

            // A line for each request would be most of what this process has to read.
            ["Serilog__MinimumLevel__Default"] = "Warning",
            ["Serilog__MinimumLevel__Override__Microsoft.Hosting.Lifetime"] = "Information",
            ["Serilog__MinimumLevel__Override__Gateway.Limits"] = "Information",
            ["Serilog__MinimumLevel__Override__Gateway.Ledger"] = "Information",
        },
    };
}
