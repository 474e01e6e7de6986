using Serilog.Debugging;

namespace Gateway.Telemetry;

/// <summary>
/// Tells the instruments and the log what requests did, some milliseconds later and on a thread of its own: the code that this needs is at hand
/// there for the next request, and pushes nothing out of the way that requests need. What was added before a collection is in it.
/// </summary>
internal sealed class TelemetryRecorder : IDisposable
{
    private const int Capacity = 16_384;

    private readonly GatewayMetrics _metrics;
    private readonly RequestLog _log;
    private readonly Gathering<List<ITelemetryFact>> _facts;

    public TelemetryRecorder(GatewayMetrics metrics, RequestLog log)
    {
        (_metrics, _log) = (metrics, log);
        _facts = new Gathering<List<ITelemetryFact>>("telemetry", [], [], Tell);
        metrics.ObserveRequests(Flush);
    }

    /// <summary>Whether anything comes of an <see cref="EndedRequest"/>.</summary>
    public bool IsEnabled => _log.IsEnabled || _metrics.WantsRequests;

    public void Add(ITelemetryFact fact)
    {
        while (!_facts.TryAdd(fact, TryAdd))
        {
            // More than the thread has time for; nothing is left out.
            _facts.Flush();
        }
    }

    /// <summary>Once this returns, all that was added before is told.</summary>
    public void Flush() => _facts.Flush();

    /// <summary>Tells what waits.</summary>
    public void Dispose() => _facts.Dispose();

    private static bool TryAdd(List<ITelemetryFact> facts, ITelemetryFact fact)
    {
        if (facts.Count >= Capacity)
        {
            return false;
        }

        facts.Add(fact);
        return true;
    }

    private void Tell(List<ITelemetryFact> facts)
    {
        foreach (var fact in facts)
        {
            try
            {
                fact.Tell(_metrics, _log);
            }
            catch (Exception exception)
            {
                // Of a listener; the others get the rest.
                SelfLog.WriteLine("A listener to the instruments failed: {0}", exception);
            }
        }

        facts.Clear();
    }
}
