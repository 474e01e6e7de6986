using Gateway.Core.Models;

namespace Gateway.Forwarding;

/// <summary>
/// A model's timeouts as one token: first the wait for the first byte, then the pause between two reads, and the total over both. Once the
/// client has left, an end of its own comes on top, or the token is cancelled at once.
/// </summary>
internal sealed class UpstreamDeadline : IDisposable
{
    // Re-arming a timer for each chunk of a fast stream would cost more than reading the chunk.
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(250);

    // A client that takes longer over what was written is cut off by the server's minimum data rate before this.
    private static readonly TimeSpan SlowestClient = TimeSpan.FromMinutes(5);

    // The client leaves on a thread of its own, while the answer is being read.
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Timeouts _timeouts;
    private readonly CancellationTokenSource _source;
    private readonly long _start;
    private long _armed;
    private long _pausedAt;
    private TimeSpan _paused;
    private TimeSpan _due;
    private TimeSpan _end = TimeSpan.MaxValue;
    private volatile bool _stopped;

    public UpstreamDeadline(Timeouts timeouts, TimeProvider time)
        : this(timeouts, timeouts.Total, time)
    {
    }

    /// <param name="timeouts">Of the model that is asked.</param>
    /// <param name="total">What the attempts before have left of the total.</param>
    /// <param name="time">The clock.</param>
    public UpstreamDeadline(Timeouts timeouts, TimeSpan total, TimeProvider time)
    {
        _time = time;
        _timeouts = timeouts.Total == total ? timeouts : timeouts with { Total = total };
        _start = _armed = time.GetTimestamp();
        _due = Earlier(timeouts.FirstByte, total);
        _source = new CancellationTokenSource(_due, time);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>From the start to the first byte; null while none came.</summary>
    public TimeSpan? FirstByte { get; private set; }

    /// <summary>Since the start.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_start);

    public bool HasPassed => _source.IsCancellationRequested;

    /// <summary>Whether the gateway ended it, by <see cref="Stop"/> or <see cref="EndWithin"/>, rather than the model's timeouts.</summary>
    public bool IsStopped
    {
        get
        {
            lock (_gate)
            {
                return _stopped || (HasPassed && _due == _end);
            }
        }
    }

    /// <summary>Bytes came: the pause begins anew.</summary>
    public void Progress(bool first)
    {
        if (first || _time.GetElapsedTime(_armed) >= Resolution)
        {
            _armed = _time.GetTimestamp();
            FirstByte ??= _time.GetElapsedTime(_start, _armed);
            Arm(Earlier(_time.GetElapsedTime(_start, _armed) + _timeouts.Idle, _timeouts.Total + _paused));
        }
    }

    /// <summary>The provider's clock stands still while a client is waited for.</summary>
    public void Pause()
    {
        _pausedAt = _time.GetTimestamp();
        Arm(_time.GetElapsedTime(_start, _pausedAt) + SlowestClient);
    }

    public void Resume()
    {
        _paused += _time.GetElapsedTime(_pausedAt);
        Progress(first: true);
    }

    /// <summary>Whatever the model's timeouts allow, it ends by then. From any thread.</summary>
    public void EndWithin(TimeSpan time)
    {
        lock (_gate)
        {
            _end = _time.GetElapsedTime(_start) + time;
            Arm(_due);
        }
    }

    /// <summary>Ends it now. From any thread, and as often as one likes.</summary>
    public void Stop()
    {
        _stopped = true;
        _source.Cancel();
    }

    public void Dispose() => _source.Dispose();

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <param name="due">From the start.</param>
    private void Arm(TimeSpan due)
    {
        lock (_gate)
        {
            _due = Earlier(due, _end);
            var left = _due - _time.GetElapsedTime(_start);
            _source.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }
}
