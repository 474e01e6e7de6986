using System.Runtime.CompilerServices;
using Polly;
using Polly.CircuitBreaker;

namespace Gateway.Forwarding.Routing;

/// <summary>
/// One deployment's circuit breaker, Polly's. It opens when half of the attempts of the last <see cref="Sampling"/> failed, ten or more;
/// after <see cref="FirstBreak"/>, doubled with each failed probe up to <see cref="LongestBreak"/>, one probe goes out, and its answer closes
/// it. While it is closed an attempt runs outside of the pipeline, which only learns what came of it: that costs half a microsecond and no
/// allocation.
/// </summary>
internal sealed class DeploymentBreaker
{
    public const int LeastAttempts = 10;
    public static readonly TimeSpan Sampling = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan FirstBreak = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan LongestBreak = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly CircuitBreakerManualControl _control = new();
    private readonly ResiliencePipeline<AttemptResult> _pipeline;
    private long _openUntil;

    public DeploymentBreaker(TimeProvider time)
    {
        _time = time;
        _pipeline = new ResiliencePipelineBuilder<AttemptResult> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<AttemptResult>
            {
                FailureRatio = 0.5,
                MinimumThroughput = LeastAttempts,
                SamplingDuration = Sampling,
                BreakDurationGenerator = arguments => new(NextBreak(arguments.HalfOpenAttempts)),
                ShouldHandle = static arguments => new(arguments.Outcome.Exception is not null || arguments.Outcome.Result.CountsAgainst),
                StateProvider = _state,
                ManualControl = _control,
            })
            .Build();
    }

    public CircuitState State => _state.CircuitState;

    public bool IsClosed => _state.CircuitState == CircuitState.Closed;

    /// <summary>Whether it lets an attempt through: it is closed, or due for a probe that nobody makes yet.</summary>
    public bool Admits(long now) => State switch
    {
        CircuitState.Closed => true,
        CircuitState.Open => now >= Volatile.Read(ref _openUntil),
        _ => false,
    };

    /// <summary>When it lets a probe through, from now; zero where one may go already.</summary>
    public TimeSpan OpenFor(long now) =>
        State == CircuitState.Open && Volatile.Read(ref _openUntil) is var until && until > now ? _time.GetElapsedTime(now, until) : TimeSpan.Zero;

    /// <summary>Tells it of an attempt that ran while it was closed.</summary>
    public ValueTask ReportAsync(in AttemptResult result)
    {
        var context = ResilienceContextPool.Shared.Get(CancellationToken.None);
        var reported = _pipeline.ExecuteOutcomeAsync(static (_, known) => new ValueTask<Outcome<AttemptResult>>(Outcome.FromResult(known)), context, result);
        if (!reported.IsCompletedSuccessfully)
        {
            return FinishAsync(reported, context);
        }

        // As ever: the result is there, and the breaker waits for nothing.
        _ = reported.GetAwaiter().GetResult();
        ResilienceContextPool.Shared.Return(context);
        return default;
    }

    /// <summary>Makes an attempt as its probe.</summary>
    /// <param name="attempt">The attempt. What it throws is thrown on.</param>
    /// <param name="state">For it.</param>
    /// <returns>Null where another probe is under way.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AttemptResult?> ProbeAsync<TState>(Func<TState, ValueTask<AttemptResult>> attempt, TState state)
    {
        var context = ResilienceContextPool.Shared.Get(CancellationToken.None);
        try
        {
            var outcome = await _pipeline.ExecuteOutcomeAsync(
                static async (_, run) =>
                {
                    try
                    {
                        var result = await run.attempt(run.state);

                        // A probe that tells nothing closes nothing.
                        return Outcome.FromResult(result.Verdict == Verdict.Unknown ? result with { Verdict = Verdict.BrokenOff } : result);
                    }
                    catch (Exception exception)
                    {
                        return Outcome.FromException<AttemptResult>(exception);
                    }
                },
                context,
                (attempt, state));
            if (outcome.Exception is BrokenCircuitException)
            {
                return null;
            }

            outcome.ThrowIfException();
            return outcome.Result;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>The deployment answers: it is closed at once, whatever the answer's end will be.</summary>
    public Task CloseAsync() => IsClosed ? Task.CompletedTask : _control.CloseAsync(CancellationToken.None);

    private static async ValueTask FinishAsync(ValueTask<Outcome<AttemptResult>> reported, ResilienceContext context)
    {
        await reported;
        ResilienceContextPool.Shared.Return(context);
    }

    private TimeSpan NextBreak(int failedProbes)
    {
        var next = FirstBreak * (1 << Math.Min(failedProbes, 10));
        next = next < LongestBreak ? next : LongestBreak;
        Volatile.Write(ref _openUntil, _time.GetTimestamp() + (long)(next.TotalSeconds * _time.TimestampFrequency));
        return next;
    }
}
