using System.Buffers;
using Serilog.Core;
using Serilog.Events;

namespace Gateway.Telemetry;

/// <summary>
/// Formats log events where they happen, while what they tell of is at hand, and writes the lines on a thread of its own, all of a moment at once: a
/// slow console costs a request nothing. While <see cref="Capacity"/> lines wait, further events are dropped; the next write says how many.
/// </summary>
internal sealed class BackgroundSink : ILogEventSink, IDisposable
{
    public const int Capacity = 16_384;

    // Lines are some 500 bytes long; an exception's may be far longer.
    private const int MostBytes = 64 * 1024 * 1024;

    private readonly ILineFormatter _formatter;
    private readonly Stream _output;
    private readonly Gathering<Lines> _lines;
    private readonly Func<Lines, LogEvent, bool> _tryAdd;
    private long _dropped;
    private long _told;

    public BackgroundSink(ILineFormatter formatter, Stream output)
    {
        (_formatter, _output, _tryAdd) = (formatter, output, TryAdd);
        _lines = new Gathering<Lines>("log-writer", new Lines(), new Lines(), Write);
    }

    /// <summary>Events that were dropped since the start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Emit(LogEvent logEvent)
    {
        if (!_lines.TryAdd(logEvent, _tryAdd))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Once this returns, all that came before is written.</summary>
    public void Flush() => _lines.Flush();

    /// <summary>Writes what waits, and returns; after five seconds in any case.</summary>
    public void Dispose() => _lines.Dispose();

    private bool TryAdd(Lines lines, LogEvent logEvent)
    {
        if (lines.Count >= Capacity || lines.Text.WrittenCount >= MostBytes)
        {
            return false;
        }

        _formatter.Format(logEvent, lines.Text);
        lines.Count++;
        return true;
    }

    private void Write(Lines lines)
    {
        if (Dropped is var dropped && dropped > _told)
        {
            JsonLineFormatter.WriteWarning($"{dropped - _told} log lines were dropped: the console is slower than they come", lines.Text);
            _told = dropped;
        }

        try
        {
            _output.Write(lines.Text.WrittenSpan);
            _output.Flush();
        }
        catch (IOException exception)
        {
            // Nobody reads the console any more; the gateway goes on.
            Serilog.Debugging.SelfLog.WriteLine("Log lines could not be written: {0}", exception.Message);
        }

        lines.Clear();
    }

    /// <summary>Lines in UTF-8.</summary>
    private sealed class Lines
    {
        private const int Usual = 128 * 1024;

        public ArrayBufferWriter<byte> Text { get; private set; } = new(Usual);

        public int Count { get; set; }

        public void Clear()
        {
            // What a slow console once made grow is not kept.
            if (Text.Capacity > 16 * Usual)
            {
                Text = new ArrayBufferWriter<byte>(Usual);
            }

            Text.ResetWrittenCount();
            Count = 0;
        }
    }
}
