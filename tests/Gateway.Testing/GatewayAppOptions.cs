using Gateway.Images;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Testing;

/// <summary>How a <see cref="GatewayApp"/> differs from the usual.</summary>
public sealed record GatewayAppOptions
{
    /// <summary>Settings over those of the fixture.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The catalog's text for a provider at the given base URL.</summary>
    public Func<Uri, string> Catalog { get; init; } = TestCatalog.For;

    /// <summary>The gateway's clock; null = the real one.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>The network behind images' URLs; null = one where nothing can be reached.</summary>
    internal RemoteWorld? World { get; init; }

    /// <summary>Further services, such as a fault to inject.</summary>
    public Action<IServiceCollection> Services { get; init; } = static _ => { };

    /// <summary>Keeps what the gateway logs.</summary>
    public LogCollector Logs { get; init; } = new();
}
