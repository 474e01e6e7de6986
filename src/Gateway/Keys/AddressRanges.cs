using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Gateway.Keys;

/// <summary>The addresses that a key may be used from, in CIDR notation.</summary>
internal sealed class AddressRanges
{
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
            // .NET would read "10" and "0x7f000001" too, which nobody means.
            address = Plain(address);
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return text.AsSpan().ContainsAny('.', ':') && !text.Contains('x', StringComparison.OrdinalIgnoreCase) && !text.Contains('%', StringComparison.Ordinal);
        }

        // What has bits behind its prefix may be a slip in either: .NET would drop them in silence.
        var prefix = text.IndexOf('/', StringComparison.Ordinal);
        return IPNetwork.TryParse(text, out network)
            && prefix > 0
            && IPAddress.TryParse(text.AsSpan(0, prefix), out var given)
            && given.Equals(network.BaseAddress);
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
