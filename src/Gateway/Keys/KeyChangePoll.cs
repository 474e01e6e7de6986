using System.Data.Common;
using Gateway.Storage;
using StackExchange.Redis;

namespace Gateway.Keys;

/// <summary>
/// Learns what other nodes and the command line changed, twice a second and whenever the bell rings, and forgets what is out of date.
/// </summary>
/// <param name="database">Is told where it does not answer.</param>
/// <param name="changes">What was changed.</param>
/// <param name="cache">What is forgotten.</param>
/// <param name="time">Drives the looks.</param>
/// <param name="logger">Says when changes cannot be read.</param>
/// <param name="bell">Rung by who changes something; null without Redis.</param>
internal sealed partial class KeyChangePoll(
    Database database, ChangeLog changes, KeyCache cache, TimeProvider time, ILogger<KeyChangePoll> logger, ChangeBell? bell = null) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private static readonly Task Never = new TaskCompletionSource().Task;

    private Task _listening = Task.CompletedTask;
    private bool _hears;
    private long _last;
    private bool _down;

    /// <summary>Before any request: what is cached from here on is changed by later entries alone.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _last = await changes.LastAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>One look. True when it succeeded.</summary>
    public async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        try
        {
            var news = await changes.AfterAsync(_last, cancellationToken);
            cache.Evict(news);
            _last = news is [.., var newest] ? newest.Sequence : _last;
            if (_down)
            {
                _down = false;
                Log.Back(logger);
            }

            return true;
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            database.SawOutage();
            if (!_down)
            {
                _down = true;
                Log.Down(logger, e);
            }

            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            var (tick, rung) = (timer.WaitForNextTickAsync(stoppingToken).AsTask(), Listen());
            while (true)
            {
                if (await Task.WhenAny(tick, rung) == tick)
                {
                    await tick;
                    tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
                }

                // Before the look: what is told while it lasts is looked at once more.
                rung = Listen();
                await PollAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    /// <summary>The next ring. Redis is asked to tell of them until it has agreed; from then on the connection sees to it.</summary>
    private Task Listen()
    {
        if (bell is null)
        {
            return Never;
        }

        if (!_hears && _listening.IsCompleted)
        {
            _listening = ListenAsync(bell);
        }

        return bell.Rung;
    }

    private async Task ListenAsync(ChangeBell told)
    {
        try
        {
            await told.ListenAsync();
            _hears = true;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            Log.Deaf(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3, LogLevel.Debug, "Redis does not tell of changes yet; they are looked for regularly. {Reason}")]
        public static partial void Deaf(ILogger logger, string reason);

        [LoggerMessage(1, LogLevel.Error, "Changes to keys cannot be read; keys are judged by what is remembered until they can")]
        public static partial void Down(ILogger logger, Exception cause);

        [LoggerMessage(2, LogLevel.Information, "Changes to keys are read again")]
        public static partial void Back(ILogger logger);
    }
}
