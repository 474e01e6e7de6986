using System.Diagnostics;
using Gateway.Core.Models;
using Gateway.Core.Streaming;

namespace Gateway.Telemetry.Tracing;

/// <summary>
/// The spans of a request whose trace is kept: the server's, and a client's for each attempt at a provider, named as the GenAI conventions have it.
/// Ids, counts and outcomes; never content.
/// </summary>
internal static class GatewayActivities
{
    public const string SourceName = "Gateway";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of a request; null where nobody listens.</summary>
    public static Activity? StartServer(string name, ActivityContext parent) => Source.StartActivity(name, ActivityKind.Server, parent);

    /// <summary>Begins the span of one request to a provider; null where the client's request has none.</summary>
    public static Activity? StartAttempt(string operation, Target target, int attempt)
    {
        if (Activity.Current is null)
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
    public static void Describe(Activity activity, HttpContext context, EndedRequest request)
    {
        activity.DisplayName = request.Route is null ? request.Method : $"{request.Method} {request.Route}";
        activity.SetTag("http.request.method", request.Method);
        activity.SetTag("http.route", request.Route);
        activity.SetTag("url.scheme", request.Scheme);
        activity.SetTag("url.path", request.Path);
        activity.SetTag("server.address", context.Request.Host.Host);
        activity.SetTag("server.port", context.Request.Host.Port);
        activity.SetTag(MetricTags.Status, request.Status);
        activity.SetTag("gateway.request_id", request.RequestId);
        activity.SetTag(MetricTags.Tenant, request.Tenant);
        activity.SetTag("gateway.key", request.Key);
        activity.SetTag(MetricTags.Model, request.Target?.Card.Id);
        var outcome = request.Refusal ?? (request.IsObserved ? request.Outcome : null);
        activity.SetTag(MetricTags.Outcome, outcome);
        if (request.Status >= StatusCodes.Status500InternalServerError)
        {
            activity.SetTag(MetricTags.Error, outcome);
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }
}
