using System.Collections.Concurrent;
using Gateway.Telemetry;
using Polly.CircuitBreaker;

namespace Gateway.Forwarding.Routing;

/// <summary>
/// What this node knows of one deployment's health: requests in flight, recent times, recent failures, what it asked to be left alone for.
/// It belongs to the provider's name and the upstream model, not to a catalog, so a reload keeps it. From any thread.
/// </summary>
internal sealed class DeploymentState(string provider, string model, TimeProvider time)
{
    /// <summary>Failures in a row from which on it is set aside though the breaker saw too few to open.</summary>
    public const int MostInARow = 5;

    // Of a new time in the moving average.
    private const double Share = 0.2;

    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly RecentFailures _recent = new(time);

    // Made for a provider with several keys alone.
    private ConcurrentDictionary<KeyState, long>? _keyLimits;
    private int _inFlight;
    private int _inARow;
    private long _restsUntil = long.MinValue;
    private double _firstByteMs;
    private double _firstTokenMs;

    public DeploymentBreaker Breaker { get; } = new(time);

    public RetryBudget Budget { get; } = new();

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The moving average of the time to the first byte of an answer, in milliseconds; 0 while none is known.</summary>
    public double FirstByteMs => Volatile.Read(ref _firstByteMs);

    /// <summary>Until when the provider asked, or its failures advise, to leave it alone; a timestamp of the clock.</summary>
    public long RestsUntil => Volatile.Read(ref _restsUntil);

    /// <param name="most">The most requests at once, or null.</param>
    public bool TryEnter(int? most)
    {
        if (Interlocked.Increment(ref _inFlight) <= (most ?? int.MaxValue))
        {
            return true;
        }

        Interlocked.Decrement(ref _inFlight);
        return false;
    }

    public void Exit() => Interlocked.Decrement(ref _inFlight);

    public bool IsReady(long now) => RestsUntil <= now && Breaker.Admits(now);

    /// <summary>Sets it aside; a longer rest stands.</summary>
    public void Rest(TimeSpan wait)
    {
        lock (_gate)
        {
            _restsUntil = Math.Max(_restsUntil, After(wait));
        }
    }

    /// <summary>Until when a key is at this deployment's limit.</summary>
    public long LimitOf(KeyState key) => _keyLimits is { } limits && limits.TryGetValue(key, out var until) ? until : long.MinValue;

    public void Limit(KeyState key, TimeSpan wait) =>
        LazyInitializer.EnsureInitialized(ref _keyLimits, static () => new ConcurrentDictionary<KeyState, long>())[key] = After(wait);

    public long After(TimeSpan wait) => time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);

    /// <summary>Takes note of one attempt.</summary>
    /// <param name="result">What came of it.</param>
    /// <param name="firstByte">From sending it to the first byte of its answer, or to giving up; null where neither is known.</param>
    /// <param name="firstToken">From sending it to the first content of its answer.</param>
    public void Note(in AttemptResult result, TimeSpan? firstByte, TimeSpan? firstToken)
    {
        if (result.Verdict == Verdict.Unknown)
        {
            return;
        }

        lock (_gate)
        {
            var failed = result.CountsAgainst || result.Verdict == Verdict.RateLimited;
            _recent.Add(failed);
            if (firstByte is { } waited)
            {
                _firstByteMs = Average(_firstByteMs, waited);
            }

            if (firstToken is { } thought)
            {
                _firstTokenMs = Average(_firstTokenMs, thought);
            }

            if (!result.CountsAgainst)
            {
                _inARow = 0;
            }
            else if (++_inARow >= MostInARow && _restsUntil <= time.GetTimestamp())
            {
                var rest = TimeSpan.FromSeconds(1 << Math.Min((_inARow - MostInARow) / 2, 10));
                _restsUntil = After(rest < LongestRest ? rest : LongestRest);
            }
        }
    }

    /// <param name="maxConcurrency">As the catalog has it.</param>
    /// <param name="keysReadyAt">When the first of its provider's keys may be used here, as a timestamp of the clock.</param>
    public DeploymentHealth Read(int? maxConcurrency, long keysReadyAt)
    {
        var now = time.GetTimestamp();
        double errorRate;
        lock (_gate)
        {
            errorRate = _recent.Rate;
        }

        var restsUntil = Math.Max(RestsUntil, keysReadyAt);
        var rest = restsUntil > now ? time.GetElapsedTime(now, restsUntil) : TimeSpan.Zero;
        var open = Breaker.OpenFor(now);
        var aside = rest > open ? rest : open;
        return new DeploymentHealth
        {
            Provider = provider,
            Model = model,
            State = Breaker.State switch
            {
                CircuitState.Open or CircuitState.Isolated => DeploymentCondition.Open,
                CircuitState.HalfOpen => DeploymentCondition.HalfOpen,
                _ => rest > TimeSpan.Zero ? DeploymentCondition.Resting : DeploymentCondition.Closed,
            },
            InFlight = InFlight,
            MaxConcurrency = maxConcurrency,
            ErrorRate = errorRate,
            FirstByteMs = FirstByteMs is > 0 and var known ? known : null,
            FirstTokenMs = Volatile.Read(ref _firstTokenMs) is > 0 and var thought ? thought : null,
            CooldownUntil = aside > TimeSpan.Zero ? time.GetUtcNow() + aside : null,
        };
    }

    private static double Average(double before, TimeSpan now) =>
        Math.Max(before == 0 ? now.TotalMilliseconds : before + (Share * (now.TotalMilliseconds - before)), 0.001);
}
