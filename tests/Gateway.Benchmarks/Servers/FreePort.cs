using System.Net;
using System.Net.Sockets;

namespace Gateway.Benchmarks.Servers;

internal static class FreePort
{
    /// <summary>A loopback port that nobody listened on just now.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static Uri NextUrl() => new($"http://127.0.0.1:{Next()}/");
}
