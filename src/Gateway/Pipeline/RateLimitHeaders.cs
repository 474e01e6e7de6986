using Gateway.Core.Admission;
using Gateway.Core.Errors;

namespace Gateway.Pipeline;

/// <summary>OpenAI's <c>x-ratelimit-*</c> headers, for the tightest limit of each kind.</summary>
internal static class RateLimitHeaders
{
    public static void Write(IHeaderDictionary headers, in LimitLevels levels)
    {
        if (levels.Requests is { } requests)
        {
            headers["x-ratelimit-limit-requests"] = requests.Limit.ToString();
            headers["x-ratelimit-remaining-requests"] = requests.Remaining.ToString();
            headers["x-ratelimit-reset-requests"] = GoDuration.Format(requests.Reset);
        }

        if (levels.Tokens is { } tokens)
        {
            headers["x-ratelimit-limit-tokens"] = tokens.Limit.ToString();
            headers["x-ratelimit-remaining-tokens"] = tokens.Remaining.ToString();
            headers["x-ratelimit-reset-tokens"] = GoDuration.Format(tokens.Reset);
        }
    }
}
