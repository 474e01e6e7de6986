using System.Text;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Gateway.Telemetry;

/// <summary>
/// Writes log events on a thread of its own, all that came within <see cref="GatherFor"/> at once, so that neither a slow console nor a
/// write for each line costs a request anything. While <see cref="Capacity"/> events wait, further ones are dropped; the next write says
/// how many.
/// </summary>
internal sealed class BackgroundSink : ILogEventSink, IDisposable
{
    public const int Capacity = 16_384;
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(20);

    // A console that nobody reads must not keep the process.
    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(5);

    private readonly ITextFormatter _formatter;
    private readonly StreamWriter _output;
    private readonly Thread _thread;

    // The thread sleeps on this lock's monitor, hence no System.Threading.Lock.
    private readonly object _gate = new();
    private readonly ManualResetEventSlim _stopping = new();
    private List<LogEvent> _waiting = [];
    private long _dropped;
    private long _droppedInAll;

    public BackgroundSink(ITextFormatter formatter, Stream output)
    {
        _formatter = formatter;
        _output = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 64 * 1024);
        _thread = new Thread(Run) { IsBackground = true, Name = "log-writer" };
        _thread.Start();
    }

    /// <summary>Events that were dropped since the start.</summary>
    public long Dropped => Interlocked.Read(ref _droppedInAll);

    public void Emit(LogEvent logEvent)
    {
        lock (_gate)
        {
            if (_waiting.Count >= Capacity)
            {
                _dropped++;
                _droppedInAll++;
                return;
            }

            _waiting.Add(logEvent);
            if (_waiting.Count == 1)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Writes what waits, and returns; after five seconds in any case.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping.Set();
            Monitor.Pulse(_gate);
        }

        if (_thread.Join(LastWrite))
        {
            _output.Dispose();
            _stopping.Dispose();
        }
    }

    private void Run()
    {
        var taken = new List<LogEvent>();
        while (TakeAll(ref taken, out var dropped))
        {
            try
            {
                Write(taken, dropped);
            }
            catch (IOException exception)
            {
                // Nobody reads the console any more; the gateway goes on.
                Serilog.Debugging.SelfLog.WriteLine("Log lines could not be written: {0}", exception.Message);
            }

            taken.Clear();
        }
    }

    private void Write(List<LogEvent> events, long dropped)
    {
        foreach (var logEvent in events)
        {
            _formatter.Format(logEvent, _output);
        }

        if (dropped > 0)
        {
            _output.WriteLine($"{{\"level\":\"Warning\",\"message\":\"{dropped} log lines were dropped: the console is slower than they come\"}}");
        }

        _output.Flush();
    }

    private bool TakeAll(ref List<LogEvent> taken, out long dropped)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_stopping.IsSet)
            {
                Monitor.Wait(_gate);
            }
        }

        // One wake-up and one write for all lines of a moment.
        _stopping.Wait(GatherFor);
        lock (_gate)
        {
            (_waiting, taken) = (taken, _waiting);
            (dropped, _dropped) = (_dropped, 0);
            return taken.Count > 0 || dropped > 0 || !_stopping.IsSet;
        }
    }
}
