using Microsoft.Extensions.Primitives;

namespace Gateway.Simulator.OpenAi;

/// <summary>The headers that OpenAI sends beside an answer; none of them may reach a gateway's client.</summary>
internal static class OpenAiHeaders
{
    private static readonly KeyValuePair<string, StringValues>[] Constant =
    [
        new("openai-organization", "org-simulator"),
        new("openai-version", "2020-10-01"),
        new("x-ratelimit-limit-requests", "10000"),
        new("x-ratelimit-limit-tokens", "200000"),
        new("x-ratelimit-remaining-requests", "9999"),
        new("x-ratelimit-remaining-tokens", "199000"),
        new("x-ratelimit-reset-requests", "8.64s"),
        new("x-ratelimit-reset-tokens", "300ms"),
    ];

    public static void Write(IHeaderDictionary headers, long number, TimeSpan elapsed)
    {
        foreach (var (name, value) in Constant)
        {
            headers[name] = value;
        }

        headers["openai-processing-ms"] = ((long)elapsed.TotalMilliseconds).ToString();
        headers["x-request-id"] = $"req_sim{number:x16}";
    }
}
