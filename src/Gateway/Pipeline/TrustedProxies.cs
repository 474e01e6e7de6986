using Gateway.Keys;
using Microsoft.AspNetCore.HttpOverrides;

namespace Gateway.Pipeline;

/// <summary>
/// Proxies in front of the gateway that are believed to name the client's address in <c>X-Forwarded-For</c>. From anyone else the header is nothing but a
/// claim, and is passed over.
/// </summary>
internal static class TrustedProxies
{
    public const string Key = "Gateway:TrustedProxies";

    /// <summary>Addresses and ranges, separated by commas or as an array; empty where there are none.</summary>
    public static IReadOnlyList<string> Of(IConfiguration configuration) => SettingList.Of(configuration, Key);

    /// <summary>Before everything that asks where a request came from. Nothing where no proxy is trusted.</summary>
    public static void UseTrustedProxies(this IApplicationBuilder app, IConfiguration configuration)
    {
        var proxies = Of(configuration);
        if (proxies.Count == 0)
        {
            return;
        }

        // From the last hop back to the first address that is no proxy of ours, however many of ours there are.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            if (AddressRanges.TryParse(proxy, out var network))
            {
                options.KnownIPNetworks.Add(network);
            }
        }

        app.UseForwardedHeaders(options);
    }
}
