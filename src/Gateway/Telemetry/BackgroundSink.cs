using System.Threading.Channels;
using Serilog.Core;
using Serilog.Events;

namespace Gateway.Telemetry;

/// <summary>
/// Hands log events to a sink on a thread of its own, so that a slow console holds up no request. When <see cref="Capacity"/> events wait,
/// further ones are dropped and counted; the count is logged when there is room again.
/// </summary>
internal sealed class BackgroundSink : ILogEventSink, IDisposable
{
    public const int Capacity = 16_384;
    private readonly Channel<LogEvent> _events = Channel.CreateBounded<LogEvent>(new BoundedChannelOptions(Capacity)
    {
        SingleReader = true,
        FullMode = BoundedChannelFullMode.Wait,
    });

    private readonly ILogEventSink _sink;
    private readonly Thread _thread;
    private long _dropped;

    public BackgroundSink(ILogEventSink sink)
    {
        _sink = sink;
        _thread = new Thread(Run) { IsBackground = true, Name = "log-writer" };
        _thread.Start();
    }

    public void Emit(LogEvent logEvent)
    {
        if (!_events.Writer.TryWrite(logEvent))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Writes what waits, and returns.</summary>
    public void Dispose()
    {
        _events.Writer.TryComplete();
        _thread.Join();
        (_sink as IDisposable)?.Dispose();
    }

    private void Run()
    {
        // A thread of its own may block; the pool's may not.
        while (_events.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_events.Reader.TryRead(out var logEvent))
            {
                _sink.Emit(logEvent);
            }

            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            {
                Serilog.Debugging.SelfLog.WriteLine("{0} log events were dropped: the console is slower than they come", dropped);
            }
        }
    }
}
