using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Keys;

/// <summary>The addresses that a key may be used from, in CIDR notation.</summary>
internal sealed class AddressRanges
{
    /// <summary>The prefix of ::ffff:0:0/96.</summary>
    private const int MappedBits = 96;

    private readonly ImmutableArray<IPNetwork> _networks;

    private AddressRanges(ImmutableArray<IPNetwork> networks) => _networks = networks;

    /// <summary>As they are stored and shown: <c>10.0.0.0/8</c>, <c>192.0.2.7/32</c>.</summary>
    public ImmutableArray<string> Texts => [.. _networks.Select(network => network.ToString())];

    /// <summary>Reads ranges that were stored.</summary>
    /// <exception cref="InvalidDataException">One is none.</exception>
    public static AddressRanges Of(IEnumerable<string> texts) => new(
        [.. texts.Select(text => TryParse(text, out var network) ? network : throw new InvalidDataException($"'{text}' is no range of addresses."))]);

    /// <summary>One range, or one address that stands for itself; IPv4 in its IPv6 form is IPv4.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            var plain = Plain(address);
            network = new IPNetwork(plain, plain.GetAddressBytes().Length * 8);
            return IsWrittenInFull(text, address);
        }

        // What has bits behind its prefix may be a slip in either: .NET would drop them in silence.
        var prefix = text.IndexOf('/', StringComparison.Ordinal);
        return IPNetwork.TryParse(text, out network)
            && prefix > 0
            && IPAddress.TryParse(text.AsSpan(0, prefix), out var given)
            && given.Equals(network.BaseAddress)
            && IsWrittenInFull(text.AsSpan(0, prefix), given)
            && TryMakePlain(ref network);
    }

    // .NET would read "10", "10.1", "0x7f.1" and "010.0.0.1", which is 8.0.0.1, and let an address of IPv6 name an interface: nobody means that.
    private static bool IsWrittenInFull(ReadOnlySpan<char> text, IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? text.Equals(address.ToString(), StringComparison.Ordinal)
        : !text.Contains('%');

    /// <summary>Of IPv4 in its IPv6 form, as addresses are compared; false where it holds both kinds, and so would never be met by either.</summary>
    private static bool TryMakePlain(ref IPNetwork network)
    {
        if (!network.BaseAddress.IsIPv4MappedToIPv6)
        {
            return true;
        }

        if (network.PrefixLength < MappedBits)
        {
            return false;
        }

        network = new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedBits);
        return true;
    }

    /// <summary>Whether a key may be used from there. An address that nobody knows is in no range.</summary>
    public bool Contain([NotNullWhen(true)] IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        address = Plain(address);
        foreach (var network in _networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An IPv4 address that came in the clothes of IPv6 as the IPv4 address it is; any other as it came.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
