using Gateway.Forwarding;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;

namespace Gateway.Pipeline;

/// <summary>
/// The gateway's end, once it is told to stop: (1) <c>/health/ready</c> fails, and requests are still taken while load balancers notice, each answer closing its
/// connection; (2) new requests are refused with 503, while those that have begun go on; (3) what is left of those when the grace ends is broken off, so that
/// its row is written and its client is told; (4) the host stops its server and all else. The listener stays open up to (4): probes and metrics are answered
/// to the end.
/// </summary>
internal sealed partial class Drain(Readiness readiness, ForcedStop forcedStop, IOptions<ShutdownOptions> options, TimeProvider time, ILogger<Drain> logger)
    : IHostedLifecycleService
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _leaving;
    private volatile bool _refusing;
    private int _running;

    /// <summary>Requests that have begun and not ended.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Begins a request, to be ended by <see cref="Exit"/>; false where none may begin any more. Probes and metrics always may.</summary>
    public bool TryEnter(HttpContext context)
    {
        if (_leaving)
        {
            SendElsewhere(context);
        }

        Interlocked.Increment(ref _running);
        if (!_refusing || InferencePaths.AreWatchers(context.Request.Path))
        {
            return true;
        }

        Exit();
        return false;
    }

    public void Exit()
    {
        if (Interlocked.Decrement(ref _running) == 0 && _refusing)
        {
            _idle.TrySetResult();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the server stops, and with the token that ends the host's patience.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_leaving)
        {
            // A host may be stopped, and be disposed of, which stops it again.
            return;
        }

        _leaving = true;
        readiness.Leave();
        Log.Leaving(logger, Running, options.Value.ShutdownDelaySeconds, options.Value.ShutdownGraceSeconds);
        await WaitAsync(Task.Delay(options.Value.Delay, time, cancellationToken));

        _refusing = true;
        if (Running == 0)
        {
            _idle.TrySetResult();
        }

        await WaitAsync(_idle.Task.WaitAsync(options.Value.Grace, time, cancellationToken));
        forcedStop.Begin();
        if (_idle.Task.IsCompleted)
        {
            Log.Drained(logger);
            return;
        }

        Log.Forced(logger, Running);
        await WaitAsync(_idle.Task.WaitAsync(ShutdownOptions.Settling, time, cancellationToken));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whoever asks again should ask another node.</summary>
    private static void SendElsewhere(HttpContext context)
    {
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }
        else
        {
            // GOAWAY: what runs on the connection goes on, and what is new goes on another one.
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }

    /// <summary>Until it has ended, or its time has: either way the stop goes on.</summary>
    private static Task WaitAsync(Task task) => task.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The gateway is told to stop: {Running} requests are running; new ones are taken for {DelaySeconds} s more, and those that have begun may go on for {GraceSeconds} s after that")]
        public static partial void Leaving(ILogger logger, int running, int delaySeconds, int graceSeconds);

        [LoggerMessage(2, LogLevel.Information, "Every request has ended; the gateway stops")]
        public static partial void Drained(ILogger logger);

        [LoggerMessage(3, LogLevel.Warning, "The grace for requests that have begun is over: {Running} of them are broken off and billed for what came")]
        public static partial void Forced(ILogger logger, int running);
    }
}
