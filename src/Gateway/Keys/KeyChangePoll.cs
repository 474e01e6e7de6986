using System.Data.Common;
using Gateway.Storage;

namespace Gateway.Keys;

/// <summary>Learns what other nodes and the command line changed, twice a second, and forgets what is out of date.</summary>
internal sealed partial class KeyChangePoll(Database database, ChangeLog changes, KeyCache cache, TimeProvider time, ILogger<KeyChangePoll> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

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
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await PollAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Changes to keys cannot be read; keys are judged by what is remembered until they can")]
        public static partial void Down(ILogger logger, Exception cause);

        [LoggerMessage(2, LogLevel.Information, "Changes to keys are read again")]
        public static partial void Back(ILogger logger);
    }
}
