using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.Conformance.Drill;

/// <summary>A node of the drill: it keeps its address and its data from one process to the next.</summary>
internal sealed class DrillNode(string name, string data, Func<IReadOnlyDictionary<string, string>> settings, Func<string> catalog, string adminKey) : IAsyncDisposable
{
    private static readonly HttpClient Probe = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(10) };

    private readonly int _port = FreePort.Find();
    private GatewayProcess? _process;

    public string Name => name;

    /// <summary>Host and port, as Prometheus names it.</summary>
    public string Instance => $"127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}";

    public Uri Address => new($"http://{Instance}/");

    /// <summary>What the settings of its command line are.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(settings()) { ["Gateway__DataDirectory"] = data };

    public GatewayProcess Process => _process ?? throw new InvalidOperationException($"{name} is not running.");

    public async Task StartAsync(CancellationToken ct) => _process = await GatewayProcess.StartAsync(
        new GatewayProcessOptions
        {
            Catalog = catalog(),
            DataDirectory = data,
            AdminKey = adminKey,
            Settings = new Dictionary<string, string>(settings()) { ["ASPNETCORE_URLS"] = Address.AbsoluteUri },
        },
        ct);

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> StopAsync()
    {
        var code = await Process.StopAsync();
        await DisposeAsync();
        return code;
    }

    /// <summary>The word of <c>/health/ready</c>.</summary>
    public async Task<string> ReadyAsync(CancellationToken ct)
    {
        using var answer = await Probe.GetAsync(new Uri(Address, "health/ready"), ct);
        var word = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!["status"]!;
        return (answer.StatusCode == HttpStatusCode.OK) == (word is "ready" or "degraded") ? word : throw new InvalidDataException($"{(int)answer.StatusCode} says {word}.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }
}
