namespace Gateway.Limits;

/// <summary>Tells of an outage once when it begins and once when it ends, however many requests it meets.</summary>
internal sealed partial class RedisOutage(string endpoint, TimeProvider time, ILogger<RedisOutage> logger)
{
    // So that a Redis that fails every other call makes one outage and not hundreds.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private volatile bool _down;
    private long _since;
    private long _lastFailure;
    private long _failures;
    private long _lostCorrections;

    /// <summary>From its beginning until its end was told.</summary>
    public bool IsDown => _down;

    public void Failed(Exception reason)
    {
        lock (_gate)
        {
            _lastFailure = time.GetTimestamp();
            _failures++;
            if (_down)
            {
                return;
            }

            _down = true;
            _since = _lastFailure;
        }

        Log.Began(logger, endpoint, reason.Message);
    }

    public void LostCorrection()
    {
        lock (_gate)
        {
            _lostCorrections++;
        }
    }

    public void Answered()
    {
        if (!_down)
        {
            return;
        }

        TimeSpan lasted;
        long failures, lost;
        lock (_gate)
        {
            if (!_down || time.GetElapsedTime(_lastFailure) < Quiet)
            {
                return;
            }

            _down = false;
            lasted = time.GetElapsedTime(_since);
            failures = _failures;
            lost = _lostCorrections;
            _failures = 0;
            _lostCorrections = 0;
        }

        Log.Ended(logger, endpoint, lasted, failures, lost);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Limits are not shared: Redis at {Endpoint} does not answer as it should ({Reason}). Until it does, requests go by limits.when_redis_is_down of the catalog.")]
        public static partial void Began(ILogger logger, string endpoint, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Limits are shared again: Redis at {Endpoint} answers after {Outage}. {Failures} calls failed, {LostCorrections} settlements were lost; the refill makes up for them, and leases expire.")]
        public static partial void Ended(ILogger logger, string endpoint, TimeSpan outage, long failures, long lostCorrections);
    }
}
