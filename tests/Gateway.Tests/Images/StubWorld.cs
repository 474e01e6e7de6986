using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Gateway.Core.Callers;
using Gateway.Core.Images;
using Gateway.Images;
using Gateway.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Tests.Images;

/// <summary>A world of names, addresses and origins on loopback, and a probe that knows no other.</summary>
internal sealed class StubWorld : IAsyncDisposable
{
    public const string Public = "93.184.216.34";
    public static readonly TenantId Tenant = new("ten_1");

    private readonly ConcurrentDictionary<string, Func<Task<IPAddress[]>>> _names = new();
    private readonly ConcurrentDictionary<IPAddress, Origin> _origins = new();
    private readonly ILoggerFactory _logging;
    private readonly FetchSlots _slots;

    public StubWorld(ImageFetchOptions? options = null, X509Certificate2Collection? authorities = null)
    {
        var bound = options ?? new ImageFetchOptions();
        World = new RemoteWorld(Resolve, ConnectAsync, authorities);
        Memory = new MemoryImageCache(bound.MaxCached, Clock);
        _slots = new FetchSlots(Options.Create(bound));
        _logging = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        Probe = new RemoteImageProbe(World, _slots, Memory, null, Clock, _logging.CreateLogger<RemoteImageProbe>());
    }

    public ManualClock Clock { get; } = new();

    public LogCollector Logs { get; } = new();

    public RemoteWorld World { get; }

    public MemoryImageCache Memory { get; }

    public RemoteImageProbe Probe { get; }

    public ImageFetchSettings Settings { get; set; } = new();

    public ImageLimits Limits { get; set; } = ImageLimits.Default;

    /// <summary>Names that were looked up, in order.</summary>
    public ConcurrentQueue<string> Lookups { get; } = [];

    /// <summary>Addresses that were connected to, in order.</summary>
    public ConcurrentQueue<IPEndPoint> Connections { get; } = [];

    public int TenantsWithSlots => _slots.Tenants;

    /// <summary>A name with its addresses.</summary>
    public StubWorld Name(string name, params string[] addresses)
    {
        var parsed = addresses.Select(IPAddress.Parse).ToArray();
        return Name(name, () => Task.FromResult(parsed));
    }

    public StubWorld Name(string name, Func<Task<IPAddress[]>> lookup)
    {
        _names[name] = lookup;
        return this;
    }

    /// <summary>An address, reached on any port, that an origin lives at.</summary>
    public Origin At(string address, Origin origin)
    {
        _origins[IPAddress.Parse(address)] = origin;
        return origin;
    }

    /// <summary>An origin under <c>images.example</c> at a public address.</summary>
    public Origin Host(Origin origin) => Name("images.example", Public).At(Public, origin);

    public Task<RemoteImage> AskAsync(string url, CancellationToken ct) => AskAsync(url, Tenant, ct);

    public async Task<RemoteImage> AskAsync(string url, TenantId tenant, CancellationToken ct) =>
        (await Probe.ProbeAsync(tenant, [url], Settings, Limits, ct))[0];

    public async ValueTask DisposeAsync()
    {
        await Probe.DisposeAsync();
        foreach (var origin in _origins.Values.Distinct())
        {
            await origin.DisposeAsync();
        }

        _slots.Dispose();
        _logging.Dispose();
    }

    private Task<IPAddress[]> Resolve(string name)
    {
        Lookups.Enqueue(name);
        return _names.TryGetValue(name, out var lookup) ? lookup() : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
    }

    private async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken ct)
    {
        Connections.Enqueue(address);
        return _origins.TryGetValue(address.Address, out var origin)
            ? await RemoteWorld.Real.Connect(origin.Endpoint, ct)
            : throw new SocketException((int)SocketError.ConnectionRefused);
    }
}
