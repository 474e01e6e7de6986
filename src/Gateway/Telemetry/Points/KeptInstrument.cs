using System.Diagnostics.Metrics;

namespace Gateway.Telemetry.Points;

/// <summary>One of <see cref="KeptInstruments"/>.</summary>
internal abstract class KeptInstrument(Instrument instrument)
{
    /// <summary>Sets of tags; what comes beyond is one more.</summary>
    public const int MostPoints = 500;

    /// <summary>For those who listen; its name, unit and description.</summary>
    public Instrument Instrument => instrument;
}
