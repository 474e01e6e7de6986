using System.Buffers;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;

namespace Gateway.Telemetry;

/// <summary>A log event as one line of JSON: <c>time</c>, <c>level</c>, <c>message</c>, <c>exception</c>, then its properties, a request's line flat among them.</summary>
internal sealed class JsonLineFormatter : ITextFormatter
{
    private static readonly SearchValues<char> NeedEscaping = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(control => (char)control), '"', '\\', '\u2028', '\u2029']);

    private readonly MessageTemplateTextFormatter _message = new("{Message:lj}");
    private readonly JsonValueFormatter _values = new(typeTagName: null);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        Span<char> time = stackalloc char[40];
        logEvent.Timestamp.UtcDateTime.TryFormat(time, out var length, "O");
        output.Write("{\"time\":\"");
        output.Write(time[..length]);
        output.Write("\",\"level\":\"");
        output.Write(logEvent.Level.ToString());
        output.Write('"');
        if (logEvent.Properties.TryGetValue(RequestLog.Property, out var value) && value is RequestLine request)
        {
            request.WriteTo(output);
            output.Write("}\n");
            return;
        }

        output.Write(",\"message\":");
        using var message = new StringWriter();
        _message.Format(logEvent, message);
        WriteString(output, message.ToString());
        if (logEvent.Exception is { } exception)
        {
            output.Write(",\"exception\":");
            WriteString(output, exception.ToString());
        }

        foreach (var (name, property) in logEvent.Properties)
        {
            output.Write(',');
            WriteString(output, name);
            output.Write(':');
            _values.Format(property, output);
        }

        output.Write("}\n");
    }

    public static void WriteString(TextWriter output, string text)
    {
        if (text.AsSpan().ContainsAny(NeedEscaping))
        {
            JsonValueFormatter.WriteQuotedJsonString(text, output);
            return;
        }

        output.Write('"');
        output.Write(text);
        output.Write('"');
    }
}
