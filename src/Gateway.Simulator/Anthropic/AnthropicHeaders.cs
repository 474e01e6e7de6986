using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Gateway.Simulator.Anthropic;

/// <summary>The headers that Anthropic sends beside an answer.</summary>
internal static class AnthropicHeaders
{
    private static readonly KeyValuePair<string, StringValues>[] Constant =
    [
        new("anthropic-organization-id", "00000000-0000-0000-0000-000000000000"),
        new("anthropic-ratelimit-requests-limit", "4000"),
        new("anthropic-ratelimit-requests-remaining", "3999"),
        new("anthropic-ratelimit-input-tokens-limit", "400000"),
        new("anthropic-ratelimit-input-tokens-remaining", "399000"),
        new("anthropic-ratelimit-output-tokens-limit", "80000"),
        new("anthropic-ratelimit-output-tokens-remaining", "80000"),
    ];

    private static readonly string[] Resets =
        ["anthropic-ratelimit-requests-reset", "anthropic-ratelimit-input-tokens-reset", "anthropic-ratelimit-output-tokens-reset"];

    public static void Write(IHeaderDictionary headers, DateTimeOffset now)
    {
        foreach (var (name, value) in Constant)
        {
            headers[name] = value;
        }

        var reset = now.AddSeconds(1).ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        foreach (var name in Resets)
        {
            headers[name] = reset;
        }
    }
}
