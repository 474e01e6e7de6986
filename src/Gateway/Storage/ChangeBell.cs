using StackExchange.Redis;

namespace Gateway.Storage;

/// <summary>
/// Tells nodes over Redis that something was changed, so that they look at once and not with their next turn. It may be lost, or not come at all while Redis
/// is away: what was changed stands in the database, and is looked for regularly.
/// </summary>
internal sealed partial class ChangeBell(RedisConnection redis, ILogger<ChangeBell> logger)
{
    private static readonly RedisChannel Channel = new("gw:changes", RedisChannel.PatternMode.Literal);

    // A change waits no longer for it than the others would wait without it.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private TaskCompletionSource _rung = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the first change that is told after it was read.</summary>
    public Task Rung => Volatile.Read(ref _rung).Task;

    /// <summary>Hears from when this returns on, and again by itself after Redis was away.</summary>
    /// <exception cref="RedisException">Redis does not answer.</exception>
    public async Task ListenAsync()
    {
        var database = await redis.DatabaseAsync();
        await database.Multiplexer.GetSubscriber().SubscribeAsync(
            Channel, (_, _) => Interlocked.Exchange(ref _rung, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult());
    }

    /// <summary>To be called behind the transaction of the change. Never fails.</summary>
    public async Task RingAsync()
    {
        if (redis.Current is not null && !redis.IsConnected)
        {
            // Known to be away: a change does not wait for what cannot be.
            return;
        }

        try
        {
            await PublishAsync().WaitAsync(Patience);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            Log.NotRung(logger, e.Message);
        }
    }

    private async Task PublishAsync()
    {
        var database = await redis.DatabaseAsync();
        await database.PublishAsync(Channel, RedisValue.EmptyString);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A change was not told over Redis; other nodes see it with their next look. {Reason}")]
        public static partial void NotRung(ILogger logger, string reason);
    }
}
