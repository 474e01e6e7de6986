using System.Net.Sockets;
using Gateway.Storage;
using StackExchange.Redis;

namespace Gateway.Limits;

/// <summary>
/// The way to Redis: each wait is bounded, and the first that fails breaks the circuit. While it is broken no call is made, so that a
/// request waits for an absent Redis once at the most; whoever probes mends it.
/// </summary>
internal sealed class RedisCalls(RedisConnection connection, RedisOutage outage, TimeSpan timeout, TimeProvider time)
{
    // For what no request waits for.
    private static readonly TimeSpan BackgroundTimeout = TimeSpan.FromSeconds(1);

    private volatile bool _broken;
    private long _waits;

    /// <summary>Redis is not asked.</summary>
    public bool IsBroken => _broken;

    /// <summary>Calls that requests have waited for, ever.</summary>
    public long Waits => Interlocked.Read(ref _waits);

    /// <summary>The script's answer; null when there was none in time, or where the circuit is broken.</summary>
    /// <param name="late">Told the answer that came when it was no longer waited for.</param>
    public Task<long[]?> CallAsync(RedisScript script, RedisCall call, Action<long[]>? late, CancellationToken ct)
    {
        if (_broken)
        {
            return Task.FromResult<long[]?>(null);
        }

        Interlocked.Increment(ref _waits);
        return WaitAsync(EvaluateAsync(script, call), late, timeout, ct);
    }

    /// <summary>A call that no request waits for, made also while the circuit is broken.</summary>
    public Task<long[]?> CallInBackgroundAsync(RedisScript script, RedisCall call, CancellationToken ct) =>
        WaitAsync(EvaluateAsync(script, call), late: null, BackgroundTimeout, ct);

    /// <summary>
    /// Calls of the script of leases, made by <paramref name="renew"/> at the moment they are sent; made anew where the script must be
    /// sent with them. False where one of them was not answered.
    /// </summary>
    public async Task<bool> RenewAsync(Func<Func<RedisCall, Task<RedisResult>>, Task<RedisResult>[]> renew, CancellationToken ct)
    {
        try
        {
            var database = await connection.DatabaseAsync().AsTask().WaitAsync(BackgroundTimeout, time, ct);
            var sent = renew(call => RedisScript.Leases.SendAsync(database, call));
            if (await AreUnknownAsync(sent).WaitAsync(BackgroundTimeout, time, ct))
            {
                sent = renew(call => RedisScript.Leases.SendWholeAsync(database, call));
            }

            foreach (var evaluating in sent)
            {
                if (await WaitAsync(evaluating, late: null, BackgroundTimeout, ct) is null)
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception e) when (IsOutage(e, ct))
        {
            Fail(e);
            return false;
        }
    }

    /// <summary>Asks as a request would, broken or not: an answer tells that requests could be served. Within the time given where that is more.</summary>
    public Task<long[]?> ProbeAsync(RedisScript script, RedisCall call, TimeSpan? within, CancellationToken ct) =>
        WaitAsync(EvaluateAsync(script, call), late: null, within > timeout ? within.Value : timeout, ct);

    /// <summary>Lets requests ask Redis again.</summary>
    public void Mend() => _broken = false;

    /// <summary>Sends the call after those sent before it and asks for no answer; nothing happens where that is not possible.</summary>
    public void Post(RedisScript script, RedisCall call)
    {
        if (connection.Current is not { } database)
        {
            return;
        }

        try
        {
            script.Post(database, call);
        }
        catch (Exception e) when (IsOutage(e, CancellationToken.None))
        {
            Fail(e);
        }
    }

    private static async Task<bool> AreUnknownAsync(Task<RedisResult>[] sent)
    {
        await ((Task)Task.WhenAll(sent)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Array.Exists(sent, static evaluating => RedisScript.IsUnknown(evaluating.Exception?.InnerException));
    }

    private async Task<RedisResult> EvaluateAsync(RedisScript script, RedisCall call) =>
        await script.EvaluateAsync(await connection.DatabaseAsync(), call);

    private async Task<long[]?> WaitAsync(Task<RedisResult> evaluating, Action<long[]>? late, TimeSpan within, CancellationToken ct)
    {
        try
        {
            return Answered(await evaluating.WaitAsync(within, time, ct));
        }
        catch (TimeoutException) when (evaluating.IsCompletedSuccessfully)
        {
            // It was this machine that was slow.
            return Answered(await evaluating);
        }
        catch (Exception e) when (IsOutage(e, ct))
        {
            Fail(e);
            return null;
        }
        finally
        {
            if (!evaluating.IsCompletedSuccessfully)
            {
                _ = ForgetAsync(evaluating, late);
            }
        }
    }

    /// <summary>No longer waited for. That it failed in the end is part of the outage told already.</summary>
    private static async Task ForgetAsync(Task<RedisResult> evaluating, Action<long[]>? late)
    {
        await ((Task)evaluating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (late is not null && evaluating.IsCompletedSuccessfully)
        {
            late((long[])(await evaluating)!);
        }
    }

    private long[]? Answered(RedisResult result)
    {
        outage.Answered();
        return (long[]?)result;
    }

    private void Fail(Exception reason)
    {
        _broken = true;
        outage.Failed(reason);
    }

    /// <summary>Whatever a Redis out of reach makes the client throw; not the caller's own cancellation.</summary>
    private static bool IsOutage(Exception e, CancellationToken ct) =>
        e is RedisException or TimeoutException or SocketException or ObjectDisposedException
        || (e is OperationCanceledException && !ct.IsCancellationRequested);
}
