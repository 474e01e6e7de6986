using System.Net.Sockets;
using Gateway.Storage;
using StackExchange.Redis;

namespace Gateway.Images;

/// <summary>What the nodes remember together of images, in Redis. Whenever Redis does not answer at once, there is nothing in it.</summary>
internal sealed partial class SharedImageCache(RedisConnection redis, TimeProvider time, ILogger<SharedImageCache> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    // A Redis that hangs costs its patience once in this time, not once for each image.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private bool _down;
    private long _failedAt;

    /// <exception cref="OperationCanceledException">The deadline came first.</exception>
    public async ValueTask<FetchedImage?> GetAsync(ImageKey key, CancellationToken deadline)
    {
        if (IsPaused)
        {
            return null;
        }

        var asking = AskAsync(key);
        try
        {
            var value = await asking.WaitAsync(Patience, time, deadline);
            Answered();
            return (string?)value is { } text ? CachedImage.Read(text, time.GetUtcNow()) : null;
        }
        catch (Exception e) when (IsOutage(e, deadline))
        {
            Failed(e);
            return null;
        }
        finally
        {
            if (!asking.IsCompleted)
            {
                _ = asking.ContinueWith(
                    static failed => _ = failed.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }
    }

    /// <summary>Sends it off; whether it arrives shows when it is asked for.</summary>
    public void Set(ImageKey key, FetchedImage fetched)
    {
        if (IsPaused || redis.Current is not { } database || CachedImage.Write(fetched, time.GetUtcNow()) is not { } text)
        {
            return;
        }

        try
        {
            database.StringSet(NameOf(key), text, fetched.Fresh, When.Always, CommandFlags.FireAndForget);
        }
        catch (Exception e) when (IsOutage(e, CancellationToken.None))
        {
            Failed(e);
        }
    }

    private bool IsPaused
    {
        get
        {
            lock (_gate)
            {
                return _down && time.GetElapsedTime(_failedAt) < Pause;
            }
        }
    }

    private static string NameOf(ImageKey key) => $"gw:image:1:{key}";

    private static bool IsOutage(Exception e, CancellationToken deadline) =>
        e is RedisException or TimeoutException or SocketException or ObjectDisposedException
        || (e is OperationCanceledException && !deadline.IsCancellationRequested);

    private async Task<RedisValue> AskAsync(ImageKey key) => await (await redis.DatabaseAsync()).StringGetAsync(NameOf(key));

    private void Failed(Exception reason)
    {
        lock (_gate)
        {
            _failedAt = time.GetTimestamp();
            if (_down)
            {
                return;
            }

            _down = true;
        }

        Log.Began(logger, redis.Endpoint, reason.GetType().Name);
    }

    private void Answered()
    {
        lock (_gate)
        {
            if (!_down)
            {
                return;
            }

            _down = false;
        }

        Log.Ended(logger, redis.Endpoint);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Sizes of remote images are not shared between nodes: Redis at {Endpoint} does not answer in time ({Reason}). Each node asks for itself.")]
        public static partial void Began(ILogger logger, string endpoint, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Sizes of remote images are shared again: Redis at {Endpoint} answers.")]
        public static partial void Ended(ILogger logger, string endpoint);
    }
}
