using System.Net;

namespace Gateway.Images;

/// <summary>A URL that may be asked, as far as it can be told without resolving its host. What it prints holds nothing of it: a signed URL is a secret.</summary>
internal sealed class RemoteUrl
{
    /// <summary>In characters. Signed URLs have up to some three thousand.</summary>
    public const int Longest = 8192;

    private RemoteUrl(Uri address, string host, IPAddress? literal)
    {
        Address = address;
        Host = host;
        Literal = literal;
    }

    /// <summary>Without its fragment.</summary>
    public Uri Address { get; }

    public string Host { get; }

    /// <summary>The host, if it is an address.</summary>
    public IPAddress? Literal { get; }

    /// <param name="text">As the client wrote it.</param>
    /// <param name="policy">What may be asked.</param>
    /// <param name="reason">Why it may not.</param>
    /// <returns>Null for a URL that may not be asked.</returns>
    public static RemoteUrl? Parse(string text, FetchPolicy policy, out UnknownSize reason)
    {
        reason = UnknownSize.UrlNotAllowed;
        return IsReadAlike(text) && Uri.TryCreate(text, UriKind.Absolute, out var address) ? Check(address, policy, out reason) : null;
    }

    /// <summary>The target of a redirect, checked like any other.</summary>
    public RemoteUrl? Follow(string target, FetchPolicy policy, out UnknownSize reason)
    {
        reason = UnknownSize.UrlNotAllowed;
        if (!IsReadAlike(target) || !Uri.TryCreate(Address, target, out var address))
        {
            return null;
        }

        // What began in secret must not go on in the clear.
        if (Address.Scheme == Uri.UriSchemeHttps && address.Scheme == Uri.UriSchemeHttp)
        {
            reason = UnknownSize.RedirectNotAllowed;
            return null;
        }

        return Check(address, policy, out reason);
    }

    public override string ToString() => nameof(RemoteUrl);

    private static RemoteUrl? Check(Uri address, FetchPolicy policy, out UnknownSize reason)
    {
        var host = default(string);
        var literal = default(IPAddress);
        reason =
            address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps ? UnknownSize.UrlNotAllowed
            : address.UserInfo.Length > 0 ? UnknownSize.UrlNotAllowed
            : (host = HostName.Of(address, out literal)) is null ? UnknownSize.UrlNotAllowed
            : !policy.AllowsPort(address.Port) ? UnknownSize.PortNotAllowed
            : !policy.AllowsHost(host) ? UnknownSize.HostNotAllowed
            : literal is not null && !policy.Allows(AddressRanges.ReachOf(literal)) ? UnknownSize.AddressNotPublic
            : UnknownSize.None;
        if (reason != UnknownSize.None || host is null)
        {
            return null;
        }

        return new RemoteUrl(address.Fragment.Length == 0 ? address : new Uri(address.GetLeftPart(UriPartial.Query)), host, literal);
    }

    // Backslashes and control characters are where parsers part; the provider that is to fetch the image has its own.
    private static bool IsReadAlike(string text)
    {
        if (text.Length > Longest)
        {
            return false;
        }

        foreach (var character in text)
        {
            if (char.IsControl(character) || character == '\\')
            {
                return false;
            }
        }

        return true;
    }
}
