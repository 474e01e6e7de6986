using System.Buffers;
using System.Text;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace Gateway.Telemetry;

/// <summary>A log event for the eye.</summary>
internal sealed class ReadableLineFormatter : ILineFormatter
{
    private readonly MessageTemplateTextFormatter _text = new("[{Timestamp:HH:mm:ss} {Level:u3}] {Message:lj}{NewLine}{Exception}");

    public void Format(LogEvent logEvent, IBufferWriter<byte> output)
    {
        using var line = new StringWriter();
        _text.Format(logEvent, line);
        Encoding.UTF8.GetBytes(line.ToString(), output);
    }
}
