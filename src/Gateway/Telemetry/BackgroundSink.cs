using System.Buffers;
using Serilog.Core;
using Serilog.Events;

namespace Gateway.Telemetry;

/// <summary>
/// Writes log events on a thread of its own, all of a moment at once, so that neither a slow console nor a write for each line costs a request
/// anything. While <see cref="Capacity"/> events wait, further ones are dropped; the next write says how many.
/// </summary>
internal sealed class BackgroundSink : ILogEventSink, IDisposable
{
    public const int Capacity = 16_384;
    private const int WriteAt = 64 * 1024;

    private readonly ILineFormatter _formatter;
    private readonly Stream _output;
    private readonly ArrayBufferWriter<byte> _lines = new(2 * WriteAt);
    private readonly Gathering<LogEvent> _events;
    private long _dropped;
    private long _told;

    public BackgroundSink(ILineFormatter formatter, Stream output)
    {
        (_formatter, _output) = (formatter, output);
        _events = new Gathering<LogEvent>("log-writer", Capacity, Write);
    }

    /// <summary>Events that were dropped since the start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Emit(LogEvent logEvent)
    {
        if (!_events.TryAdd(logEvent))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Once this returns, all that came before is written.</summary>
    public void Flush() => _events.Flush();

    /// <summary>Writes what waits, and returns; after five seconds in any case.</summary>
    public void Dispose() => _events.Dispose();

    private void Write(List<LogEvent> events)
    {
        try
        {
            foreach (var logEvent in events)
            {
                _formatter.Format(logEvent, _lines);
                if (_lines.WrittenCount >= WriteAt)
                {
                    WriteLines();
                }
            }

            if (Dropped is var dropped && dropped > _told)
            {
                JsonLineFormatter.WriteWarning($"{dropped - _told} log lines were dropped: the console is slower than they come", _lines);
                _told = dropped;
            }

            WriteLines();
            _output.Flush();
        }
        catch (IOException exception)
        {
            // Nobody reads the console any more; the gateway goes on.
            Serilog.Debugging.SelfLog.WriteLine("Log lines could not be written: {0}", exception.Message);
        }
        finally
        {
            _lines.ResetWrittenCount();
        }
    }

    private void WriteLines()
    {
        _output.Write(_lines.WrittenSpan);
        _lines.ResetWrittenCount();
    }
}
