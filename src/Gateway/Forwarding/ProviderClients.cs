using System.Collections.Concurrent;
using Gateway.Core.Models;

namespace Gateway.Forwarding;

/// <summary>One pool of connections for each provider and connect timeout. They outlive a reload of the catalog.</summary>
internal sealed class ProviderClients : IDisposable
{
    private readonly ConcurrentDictionary<(string Provider, TimeSpan Connect), HttpMessageInvoker> _clients = new();

    public HttpMessageInvoker For(Provider provider, TimeSpan connect) =>
        _clients.GetOrAdd((provider.Name, connect), static key => Create(key.Connect));

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }

    private static HttpMessageInvoker Create(TimeSpan connect) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = connect,

        // Headers go upstream by an allow-list; what a client put into its baggage is not on it.
        ActivityHeadersPropagator = null,

        // Providers move behind DNS, and close idle connections after a minute or so.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(50),

        // Behind the last event only the end of the body is to come. An answer that is left in its middle must not run on for longer.
        MaxResponseDrainSize = 16 * 1024,
        ResponseDrainTimeout = TimeSpan.FromMilliseconds(250),
    });
}
