using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Gateway.Telemetry.Tracing;

/// <summary>
/// Which requests' traces are kept, decided before anything is made for one: a request whose trace is not kept has no span, and nothing to carry from
/// one asynchronous step to the next.
/// </summary>
internal sealed class RequestTraces
{
    private volatile Sampler? _sampler;

    /// <summary>From now on this one decides.</summary>
    public void Follow(Sampler sampler) => _sampler = sampler;

    /// <summary>Begins the server's span, as a child of the one that the client named, if there is one; null where the trace is not kept.</summary>
    public Activity? Start(HttpContext context)
    {
        if (_sampler is not { } sampler)
        {
            return null;
        }

        var headers = context.Request.Headers;
        if (headers.TraceParent is not [{ } named] || !ActivityContext.TryParse(named, headers.TraceState, isRemote: true, out var parent))
        {
            parent = default;
        }

        var traceId = parent == default ? ActivityTraceId.CreateRandom() : parent.TraceId;
        if (sampler.ShouldSample(new SamplingParameters(parent, traceId, context.Request.Method, ActivityKind.Server)).Decision != SamplingDecision.RecordAndSample)
        {
            return null;
        }

        // The id that was decided by is the trace's.
        return GatewayActivities.StartServer(context.Request.Method, parent == default ? new ActivityContext(traceId, default, ActivityTraceFlags.None) : parent);
    }
}
