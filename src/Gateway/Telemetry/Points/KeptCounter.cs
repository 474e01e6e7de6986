using System.Diagnostics.Metrics;

namespace Gateway.Telemetry.Points;

internal sealed class KeptCounter(Counter<long> counter) : KeptInstrument<CounterPoint>(counter)
{
    protected override CounterPoint Make(KeyValuePair<string, object?>[] tags) => new(counter, tags);
}
