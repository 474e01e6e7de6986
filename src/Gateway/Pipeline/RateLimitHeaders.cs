using System.Globalization;
using Gateway.Core.Admission;
using Gateway.Core.Errors;

namespace Gateway.Pipeline;

/// <summary>OpenAI's <c>x-ratelimit-*</c> headers, for the tightest limit of each kind, and Anthropic's for clients that read those.</summary>
internal static class RateLimitHeaders
{
    public static void Write(HttpContext context, in LimitLevels levels)
    {
        var (headers, exchange) = (context.Response.Headers, Exchange.Of(context));
        var anthropic = exchange.Endpoint is { SpeaksAnthropic: true };
        if (levels.Requests is { } requests)
        {
            headers["x-ratelimit-limit-requests"] = requests.Limit.ToString();
            headers["x-ratelimit-remaining-requests"] = requests.Remaining.ToString();
            headers["x-ratelimit-reset-requests"] = GoDuration.Format(requests.Reset);
            if (anthropic)
            {
                headers["anthropic-ratelimit-requests-limit"] = requests.Limit.ToString();
                headers["anthropic-ratelimit-requests-remaining"] = requests.Remaining.ToString();
                headers["anthropic-ratelimit-requests-reset"] = Moment(exchange.At + requests.Reset);
            }
        }

        if (levels.Tokens is { } tokens)
        {
            headers["x-ratelimit-limit-tokens"] = tokens.Limit.ToString();
            headers["x-ratelimit-remaining-tokens"] = tokens.Remaining.ToString();
            headers["x-ratelimit-reset-tokens"] = GoDuration.Format(tokens.Reset);
            if (anthropic)
            {
                headers["anthropic-ratelimit-tokens-limit"] = tokens.Limit.ToString();
                headers["anthropic-ratelimit-tokens-remaining"] = tokens.Remaining.ToString();
                headers["anthropic-ratelimit-tokens-reset"] = Moment(exchange.At + tokens.Reset);
            }
        }
    }

    /// <summary>RFC 3339, in whole seconds, rounded up: by then the bucket is full.</summary>
    private static string Moment(DateTimeOffset at) =>
        new DateTimeOffset((at.UtcTicks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
