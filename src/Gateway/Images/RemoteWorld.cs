using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Images;

/// <summary>The network, as far as remote images need it.</summary>
/// <param name="Resolve">The addresses of a host name. Its task ends when the lookup itself has, whoever still waits for it.</param>
/// <param name="Connect">A connection to an address that was checked before.</param>
/// <param name="Authorities">The certificate authorities believed; null = this machine's.</param>
internal sealed record RemoteWorld(
    Func<string, Task<IPAddress[]>> Resolve,
    Func<IPEndPoint, CancellationToken, ValueTask<Stream>> Connect,
    X509Certificate2Collection? Authorities)
{
    // Keeps what an origin may send unread to about as much; a header of 256 KiB takes two or three round trips.
    private const int ReceiveBuffer = 64 * 1024;

    public static RemoteWorld Real { get; } = new(ResolveAsync, ConnectAsync, null);

    // On a thread of its own: the system's lookup blocks for as long as an origin's name server likes, and a few of them would
    // hold every thread of a small machine's pool. The slots of images bound how many there are.
    private static Task<IPAddress[]> ResolveAsync(string host) => Task.Factory.StartNew(
        static name => Dns.GetHostAddresses((string)name!), host, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken ct)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = ReceiveBuffer };
        try
        {
            await socket.ConnectAsync(address, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
