using Gateway.Core.Errors;
using Gateway.Core.Models;
using Serilog.Events;

namespace Gateway.Telemetry;

/// <summary>
/// What the end of one request tells the log, the instruments and its span. It is itself the one value of its log event: a property for each fact would cost
/// more than the rest of the line.
/// </summary>
internal sealed class EndedRequest : LogEventPropertyValue, ITelemetryFact
{
    public required string RequestId { get; init; }

    public required string TraceId { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    /// <summary>As its first line has it: <c>HTTP/1.1</c>.</summary>
    public required string Protocol { get; init; }

    public required string Scheme { get; init; }

    /// <summary>The pattern of its path; null where nothing serves it.</summary>
    public required string? Route { get; init; }

    /// <summary>Whether it is one of the inference API.</summary>
    public required bool IsInference { get; init; }

    /// <summary>As the GenAI conventions name it: <c>chat</c>.</summary>
    public required string Operation { get; init; }

    public required int Status { get; init; }

    /// <summary>One of a few words.</summary>
    public required string Outcome { get; init; }

    /// <summary>The refusal's code; null where there was none.</summary>
    public string? Refusal { get; init; }

    /// <summary>The limit that refused it, or null.</summary>
    public RefusingLimit? Limit { get; init; }

    /// <summary>The request whose answer was given again, or null.</summary>
    public string? ReplayOf { get; init; }

    /// <summary>Null where nobody was let in.</summary>
    public string? Tenant { get; init; }

    /// <summary>The key's id; null where nobody was let in.</summary>
    public string? Key { get; init; }

    /// <summary>Who served, or would have; null for a request that got no further than its model.</summary>
    public Target? Target { get; init; }

    /// <summary>Whether anything was sent to a provider, so that <see cref="Outcome"/> is what came of it.</summary>
    public bool IsObserved { get; init; }

    /// <summary>Whether the whole answer came, and went out.</summary>
    public bool IsCompleted { get; init; }

    /// <summary>From the arrival to the first content of the answer, in milliseconds; null where there was none.</summary>
    public long? FirstTokenMs { get; init; }

    /// <summary>Null where there is no row.</summary>
    public BilledUse? Billed { get; init; }

    /// <summary>Pictures in the request.</summary>
    public int Images { get; init; }

    /// <summary>Null where nobody compared.</summary>
    public ImageComparison? Compared { get; init; }

    /// <summary>Whether the answer came as events.</summary>
    public bool IsStream { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>From its arrival to its end.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Of that, what was spent on providers, waits before retries, and the client's sending.</summary>
    public TimeSpan Elsewhere { get; init; }

    /// <summary>The gateway's own time; 0 or more.</summary>
    public TimeSpan Own => Elapsed > Elsewhere ? Elapsed - Elsewhere : TimeSpan.Zero;

    public void Tell(GatewayMetrics metrics, RequestLog log)
    {
        metrics.RequestEnded(this);
        if (log.IsEnabled)
        {
            log.Write(this);
        }
    }

    public override void Render(TextWriter output, string? format = null, IFormatProvider? formatProvider = null) => RequestLine.Write(this, output);
}
