using Gateway.Core.Models;

namespace Gateway.Forwarding;

/// <summary>A model's timeouts as one token: first the wait for the first byte, then the pause between two reads, and the total over both.</summary>
internal sealed class UpstreamDeadline : IDisposable
{
    // Re-arming a timer for each chunk of a fast stream would cost more than reading the chunk.
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(250);

    // A client that takes longer over what was written is cut off by the server's minimum data rate before this.
    private static readonly TimeSpan SlowestClient = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;
    private readonly Timeouts _timeouts;
    private readonly CancellationTokenSource _source;
    private readonly long _start;
    private long _armed;
    private long _pausedAt;
    private TimeSpan _paused;

    public UpstreamDeadline(Timeouts timeouts, TimeProvider time)
    {
        _time = time;
        _timeouts = timeouts;
        _start = _armed = time.GetTimestamp();
        _source = new CancellationTokenSource(timeouts.FirstByte < timeouts.Total ? timeouts.FirstByte : timeouts.Total, time);
    }

    public CancellationToken Token => _source.Token;

    public bool HasPassed => _source.IsCancellationRequested;

    /// <summary>Bytes came: the pause begins anew.</summary>
    public void Progress(bool first)
    {
        if (!first && _time.GetElapsedTime(_armed) < Resolution)
        {
            return;
        }

        _armed = _time.GetTimestamp();
        var left = _timeouts.Total + _paused - _time.GetElapsedTime(_start, _armed);
        var next = _timeouts.Idle < left ? _timeouts.Idle : left;
        _source.CancelAfter(next > TimeSpan.Zero ? next : TimeSpan.Zero);
    }

    /// <summary>The provider's clock stands still while a client is waited for.</summary>
    public void Pause()
    {
        _pausedAt = _time.GetTimestamp();
        _source.CancelAfter(SlowestClient);
    }

    public void Resume()
    {
        _paused += _time.GetElapsedTime(_pausedAt);
        Progress(first: true);
    }

    public void Dispose() => _source.Dispose();
}
