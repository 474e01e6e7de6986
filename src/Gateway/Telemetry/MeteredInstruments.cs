using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Gateway.Telemetry.Points;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry;

/// <summary>
/// Which instruments are exported: all of the gateway's own meter, and of the framework's those that are worth their series. What is not kept is
/// not listened to, and costs nothing.
/// </summary>
internal static class MeteredInstruments
{
    /// <summary>The framework's, by meter.</summary>
    public static readonly FrozenDictionary<string, FrozenSet<string>> Framework = new Dictionary<string, FrozenSet<string>>(StringComparer.Ordinal)
    {
        ["Microsoft.AspNetCore.Server.Kestrel"] = Set("kestrel.active_connections", "kestrel.rejected_connections", "kestrel.queued_connections", "kestrel.tls_handshake.duration"),
        ["System.Runtime"] = Set(
            "dotnet.gc.collections",
            "dotnet.gc.heap.total_allocated",
            "dotnet.gc.last_collection.heap.size",
            "dotnet.gc.pause.time",
            "dotnet.monitor.lock_contentions",
            "dotnet.process.cpu.time",
            "dotnet.process.memory.working_set",
            "dotnet.thread_pool.work_item.count",
            "dotnet.exceptions"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // A histogram's point is some twenty lines.
    private const int MostHistogramPoints = 500;

    /// <param name="providers">Where the meters are chosen.</param>
    /// <param name="factory">Of this host: meters of another host in the same process are not its own.</param>
    /// <param name="leftOut">Those that nobody is to hear of through the SDK, or null.</param>
    public static MeterProviderBuilder AddInstruments(this MeterProviderBuilder providers, IMeterFactory factory, KeptInstruments? leftOut) => providers
        .AddMeter([GatewayMetrics.MeterName, .. Framework.Keys])
        .AddView(instrument => Choose(instrument, factory, leftOut));

    private static MetricStreamConfiguration? Choose(Instrument instrument, IMeterFactory factory, KeptInstruments? leftOut)
    {
        var meter = instrument.Meter;
        if (meter.Scope is IMeterFactory other && !ReferenceEquals(other, factory))
        {
            return MetricStreamConfiguration.Drop;
        }

        if (leftOut?.Contain(instrument) == true || (meter.Name != GatewayMetrics.MeterName && !Framework[meter.Name].Contains(instrument.Name)))
        {
            return MetricStreamConfiguration.Drop;
        }

        return instrument is Histogram<double> ? new MetricStreamConfiguration { CardinalityLimit = MostHistogramPoints } : null;
    }

    private static FrozenSet<string> Set(params ReadOnlySpan<string> names) => FrozenSet.Create(StringComparer.Ordinal, names);
}
