using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Images;

/// <summary>
/// Tells who can reach an address, by IANA's special-purpose registries (RFC 6890 and what followed it). An IPv4 address is
/// public unless a range says otherwise; an IPv6 address only within 2000::/3, where addresses are given out, and not in an
/// exception there. An IPv4 address inside an IPv6 one is judged as IPv4 where a packet would go there (mapped, NAT64); the
/// other embeddings are refused whole.
/// </summary>
internal static class AddressRanges
{
    private static readonly (IPNetwork Network, AddressReach Reach)[] Version4 = Table(
        ("10.0.0.0/8", AddressReach.Private),
        ("100.100.100.200/32", AddressReach.Never), // a cloud's metadata, within the next
        ("100.64.0.0/10", AddressReach.Private), // carrier-grade NAT
        ("127.0.0.0/8", AddressReach.Private),
        ("172.16.0.0/12", AddressReach.Private),
        ("192.168.0.0/16", AddressReach.Private),
        ("0.0.0.0/8", AddressReach.Never), // this network; 0.0.0.0 reaches this machine
        ("168.63.129.16/32", AddressReach.Never), // a cloud's host agent, public by number alone
        ("169.254.0.0/16", AddressReach.Never), // link-local, and the metadata services of most clouds
        ("192.0.0.0/24", AddressReach.Never), // protocol assignments, and a cloud's metadata
        ("192.0.2.0/24", AddressReach.Never), // documentation
        ("192.88.99.0/24", AddressReach.Never), // 6to4 relays
        ("198.18.0.0/15", AddressReach.Never), // benchmarks
        ("198.51.100.0/24", AddressReach.Never), // documentation
        ("203.0.113.0/24", AddressReach.Never), // documentation
        ("224.0.0.0/3", AddressReach.Never)); // multicast, reserved, broadcast

    private static readonly (IPNetwork Network, AddressReach Reach)[] Version6 = Table(
        ("::1/128", AddressReach.Private),
        ("fd00:ec2::254/128", AddressReach.Never), // a cloud's metadata
        ("fd20:ce::254/128", AddressReach.Never), // another's
        ("fc00::/7", AddressReach.Private), // unique local
        ("2001::/23", AddressReach.Never), // protocol assignments, with Teredo in 2001::/32
        ("2001:db8::/32", AddressReach.Never), // documentation
        ("2002::/16", AddressReach.Never), // 6to4: an IPv4 address inside
        ("3fff::/20", AddressReach.Never), // documentation
        ("2000::/3", AddressReach.Public));

    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    public static AddressReach ReachOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return Find(Version4, address, AddressReach.Public);
        }

        // A zone names a link of this machine.
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.ScopeId != 0)
        {
            return AddressReach.Never;
        }

        return Translated.Contains(address) ? ReachOfTranslated(address) : Find(Version6, address, AddressReach.Never);
    }

    // RFC 6052, section 3.1: the well-known prefix is not for private addresses, so what uses it for them means no good.
    private static AddressReach ReachOfTranslated(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out _);
        var inside = new IPAddress(BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));
        return ReachOf(inside) == AddressReach.Public ? AddressReach.Public : AddressReach.Never;
    }

    /// <summary>The first range that holds the address decides.</summary>
    private static AddressReach Find((IPNetwork Network, AddressReach Reach)[] table, IPAddress address, AddressReach otherwise)
    {
        foreach (var (network, reach) in table)
        {
            if (network.Contains(address))
            {
                return reach;
            }
        }

        return otherwise;
    }

    private static (IPNetwork Network, AddressReach Reach)[] Table(params (string Range, AddressReach Reach)[] rows) =>
        [.. rows.Select(static row => (IPNetwork.Parse(row.Range), row.Reach))];
}
