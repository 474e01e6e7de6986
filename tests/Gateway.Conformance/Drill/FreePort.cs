using System.Net;
using System.Net.Sockets;

namespace Gateway.Conformance.Drill;

/// <summary>A port of the loopback interface that nobody listens on just now, for what must keep its address when it is started again.</summary>
internal static class FreePort
{
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
