using System.Buffers;
using System.Net;

namespace Gateway.Images;

/// <summary>Hosts in the one form in which they are compared: lower case, punycode, IP addresses as the runtime writes them.</summary>
internal static class HostName
{
    private const int Longest = 253;

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-._");
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>The host of a URL; null for one that is refused.</summary>
    /// <param name="url">An absolute URL.</param>
    /// <param name="literal">The address that the host is, if it is one. The runtime has read decimal, octal, hexadecimal and short forms already.</param>
    public static string? Of(Uri url, out IPAddress? literal)
    {
        literal = null;
        if (url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6)
        {
            // The address shows the zone that Host leaves out; what comes of one must not be asked.
            return IPAddress.TryParse(url.DnsSafeHost, out literal) && !url.DnsSafeHost.Contains('%', StringComparison.Ordinal) ? literal.ToString() : null;
        }

        if (url.HostNameType != UriHostNameType.Dns)
        {
            return null;
        }

        var name = url.IdnHost.ToLowerInvariant();
        return name.Length is > 0 and <= Longest && !name.AsSpan().ContainsAnyExcept(Letters) && !name.EndsWith('.') && !EndsInNumber(name) ? name : null;
    }

    /// <summary>A host as an operator writes it; null for what is none.</summary>
    public static string? OfSetting(string host)
    {
        var bare = host.Trim().Trim('[', ']').TrimEnd('.');
        if (IPAddress.TryParse(bare, out var address))
        {
            return address.ToString();
        }

        return Uri.TryCreate($"http://{bare}/", UriKind.Absolute, out var url) && url.PathAndQuery == "/" && url.UserInfo.Length == 0 ? Of(url, out _) : null;
    }

    // By the URL standard such a host is an IPv4 address or nothing; some resolvers read an address where the runtime sees a name.
    private static bool EndsInNumber(string name)
    {
        var last = name.AsSpan(name.LastIndexOf('.') + 1);
        return !last.ContainsAnyExceptInRange('0', '9') || (last.StartsWith("0x", StringComparison.Ordinal) && !last[2..].ContainsAnyExcept(HexDigits));
    }
}
