using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;

namespace Gateway.Telemetry;

/// <summary>A log event as one line of JSON: <c>time</c>, <c>level</c>, <c>message</c>, <c>exception</c>, then its properties, a request's line flat among them.</summary>
internal sealed class JsonLineFormatter : ILineFormatter, IDisposable
{
    // A line is read as JSON and by people, never by a browser.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly JsonEncodedText Time = JsonEncodedText.Encode("time");
    private static readonly JsonEncodedText Level = JsonEncodedText.Encode("level");
    private static readonly JsonEncodedText Message = JsonEncodedText.Encode("message");
    private static readonly JsonEncodedText Error = JsonEncodedText.Encode("exception");
    private static readonly JsonEncodedText[] Levels = [.. Enum.GetNames<LogEventLevel>().Select(static name => JsonEncodedText.Encode(name))];

    private readonly Utf8JsonWriter _json = new(Stream.Null, Options);
    private readonly MessageTemplateTextFormatter _message = new("{Message:lj}");
    private readonly JsonValueFormatter _values = new(typeTagName: null);

    /// <summary>Adds a line that no logger wrote.</summary>
    public static void WriteWarning(string message, IBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString(Level, Levels[(int)LogEventLevel.Warning]);
            json.WriteString(Message, message);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    public void Format(LogEvent logEvent, IBufferWriter<byte> output)
    {
        Span<byte> time = stackalloc byte[40];
        logEvent.Timestamp.UtcDateTime.TryFormat(time, out var length, "O");
        var level = Levels[(int)logEvent.Level];
        if (logEvent.Properties.TryGetValue(RequestLog.Property, out var value) && value is EndedRequest request)
        {
            var members = new JsonMembers(output);
            members.AddEscaped("""{"time":"""u8, time[..length]);
            members.AddEscaped(""","level":"""u8, level.EncodedUtf8Bytes);
            RequestLine.Write(request, members);
            output.Write("}\n"u8);
            return;
        }

        _json.Reset(output);
        _json.WriteStartObject();
        _json.WriteString(Time, time[..length]);
        _json.WriteString(Level, level);
        WriteMembers(logEvent);
        _json.WriteEndObject();
        _json.Flush();
        output.Write("\n"u8);
    }

    public void Dispose() => _json.Dispose();

    private void WriteMembers(LogEvent logEvent)
    {
        using var text = new StringWriter();
        _message.Format(logEvent, text);
        _json.WriteString(Message, text.ToString());
        if (logEvent.Exception is { } exception)
        {
            _json.WriteString(Error, exception.ToString());
        }

        foreach (var (name, property) in logEvent.Properties)
        {
            text.GetStringBuilder().Clear();
            _values.Format(property, text);
            _json.WritePropertyName(name);

            // As bytes: half a surrogate pair becomes U+FFFD, where a string of it would throw, and the line be lost.
            _json.WriteRawValue(Encoding.UTF8.GetBytes(text.ToString()), skipInputValidation: true);
        }
    }
}
