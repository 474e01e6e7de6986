using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace Gateway.Telemetry.Tracing;

/// <summary>
/// W3C Trace Context on the way out. A request to a provider always belongs to the trace that the error, the row and the log line name: (1) as
/// a child of its own span, where there is one; (2) else of the span that the client named; (3) else of none that anybody keeps, and not sampled.
/// Baggage stays here.
/// </summary>
internal static class TraceHeaders
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    // The least that everybody must pass on; what is longer may be dropped whole.
    private const int LongestState = 512;

    public static void Write(HttpRequestHeaders headers, HttpContext context)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } activity)
        {
            headers.TryAddWithoutValidation(TraceParent, id);
            WriteState(headers, activity.TraceStateString);
            return;
        }

        var incoming = context.Request.Headers;
        if (incoming.TraceParent is [{ } parent] && ActivityContext.TryParse(parent, null, out _))
        {
            headers.TryAddWithoutValidation(TraceParent, parent);
            WriteState(headers, incoming.TraceState.Count > 0 ? incoming.TraceState.ToString() : null);
            return;
        }

        headers.TryAddWithoutValidation(TraceParent, $"00-{context.TraceIdentifier}-{ActivitySpanId.CreateRandom().ToHexString()}-00");
    }

    private static void WriteState(HttpRequestHeaders headers, string? state)
    {
        if (state is { Length: > 0 and <= LongestState } && Ascii.IsValid(state) && !state.AsSpan().ContainsAny('\r', '\n'))
        {
            headers.TryAddWithoutValidation(TraceState, state);
        }
    }
}
