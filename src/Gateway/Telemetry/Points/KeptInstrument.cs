using System.Diagnostics.Metrics;

namespace Gateway.Telemetry.Points;

/// <summary>One of <see cref="KeptInstruments"/>.</summary>
internal abstract class KeptInstrument(Instrument instrument)
{
    /// <summary>For those who listen; its name, unit and description.</summary>
    public Instrument Instrument => instrument;
}
