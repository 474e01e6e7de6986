using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Gateway.Core.Errors;

namespace Gateway.Keys;

/// <summary>
/// Slows down whoever tries keys: so many a minute that are not good are answered for each address, or for each /64 of IPv6, and then refused as too
/// many. Good keys are never counted, so no client suffers for its neighbours.
/// </summary>
internal sealed class BadKeys : IDisposable
{
    /// <summary>In a minute, by one address.</summary>
    public const int Most = 20;

    private const int NetworkBytes = 8;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<IPAddress> _limiter = PartitionedRateLimiter.Create<IPAddress, IPAddress>(static address => RateLimitPartition.GetFixedWindowLimiter(
        NetworkOf(address),
        static _ => new FixedWindowRateLimiterOptions { PermitLimit = Most, Window = Window, QueueLimit = 0, AutoReplenishment = true }));

    /// <summary>What the one who came with a bad key is told: that it is bad, or that these were too many.</summary>
    /// <param name="address">Where it came from; without one nothing is counted.</param>
    /// <param name="refusal">What is wrong with the key.</param>
    public GatewayError Refuse(IPAddress? address, GatewayError refusal)
    {
        if (address is null)
        {
            return refusal;
        }

        using var lease = _limiter.AttemptAcquire(address);
        return lease.IsAcquired
            ? refusal
            : GatewayError.TooManyBadKeys((int)Math.Ceiling(lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait.TotalSeconds : Window.TotalSeconds));
    }

    public void Dispose() => _limiter.Dispose();

    // Whoever has one address of IPv6 has all of its network.
    private static IPAddress NetworkOf(IPAddress address)
    {
        address = AddressRanges.Plain(address);
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
