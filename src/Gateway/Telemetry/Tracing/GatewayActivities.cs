using System.Diagnostics;
using Gateway.Core.Models;
using Gateway.Core.Streaming;

namespace Gateway.Telemetry.Tracing;

/// <summary>
/// The spans of a request: the server's, which ASP.NET Core begins and which gets its name and attributes here, and a client's for each attempt at a
/// provider, named as the GenAI conventions have it. Ids, counts and outcomes; never content. Without a listener none exists.
/// </summary>
internal static class GatewayActivities
{
    public const string SourceName = "Gateway";

    /// <summary>Of the spans that ASP.NET Core begins.</summary>
    public const string ServerSourceName = "Microsoft.AspNetCore";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of one request to a provider; null where nobody listens or its trace is not sampled.</summary>
    public static Activity? StartAttempt(string operation, Target target, int attempt)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var activity = Source.StartActivity($"{operation} {target.Deployment.Model}", ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            var provider = target.Deployment.Provider;
            activity.SetTag(MetricTags.Operation, operation);
            activity.SetTag(MetricTags.Provider, provider.Name);
            activity.SetTag(MetricTags.Model, target.Card.Id);
            activity.SetTag(MetricTags.UpstreamModel, target.Deployment.Model);
            activity.SetTag("server.address", provider.BaseUrl.Host);
            activity.SetTag("server.port", provider.BaseUrl.Port);
            activity.SetTag("gateway.attempt", attempt);
        }

        return activity;
    }

    /// <param name="activity">Of the attempt.</param>
    /// <param name="observed">What came of it; null where it did not take place.</param>
    /// <param name="verdict">What that means: one of a few words.</param>
    /// <param name="failed">Whether that is an error.</param>
    public static void EndAttempt(Activity activity, Observation? observed, string verdict, bool failed)
    {
        if (activity.IsAllDataRequested && observed is not null)
        {
            activity.SetTag("gateway.deployment.verdict", verdict);
            activity.SetTag(MetricTags.Status, observed.Status);
            if (observed.Usage is { } usage)
            {
                activity.SetTag("gen_ai.usage.input_tokens", usage.PromptTokens);
                activity.SetTag("gen_ai.usage.output_tokens", usage.CompletionTokens);
            }

            if (failed)
            {
                activity.SetTag(MetricTags.Error, verdict);
                activity.SetStatus(ActivityStatusCode.Error);
            }
        }

        activity.Dispose();
    }

    /// <summary>Gives the server's span its name and attributes, as the request ends.</summary>
    public static void Describe(Activity activity, HttpContext context, RequestLine line)
    {
        if (!activity.IsAllDataRequested)
        {
            return;
        }

        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } pattern ? $"/{pattern.TrimStart('/')}" : null;
        activity.DisplayName = route is null ? line.Method : $"{line.Method} {route}";
        activity.SetTag("http.request.method", line.Method);
        activity.SetTag("http.route", route);
        activity.SetTag("url.scheme", context.Request.Scheme);
        activity.SetTag("url.path", line.Path);
        activity.SetTag("server.address", context.Request.Host.Host);
        activity.SetTag("server.port", context.Request.Host.Port);
        activity.SetTag(MetricTags.Status, line.Status);
        activity.SetTag("gateway.request_id", line.RequestId);
        activity.SetTag(MetricTags.Tenant, line.Tenant);
        activity.SetTag("gateway.key", line.Key);
        activity.SetTag(MetricTags.Model, line.Model);
        activity.SetTag(MetricTags.Outcome, line.Refusal ?? line.Outcome);
        if (line.Status >= StatusCodes.Status500InternalServerError)
        {
            activity.SetTag(MetricTags.Error, line.Refusal ?? line.Outcome);
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>Keeps the span of a request that nobody wants to see, such as a scrape, from being exported.</summary>
    public static void Hide(Activity activity)
    {
        activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        activity.IsAllDataRequested = false;
    }
}
