using System.Buffers;
using Serilog.Events;

namespace Gateway.Telemetry;

/// <summary>How a log event looks on the console. Called for one event at a time.</summary>
internal interface ILineFormatter
{
    /// <summary>Adds the event as UTF-8, with the end of its line.</summary>
    void Format(LogEvent logEvent, IBufferWriter<byte> output);
}
