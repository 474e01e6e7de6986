using System.Collections.Immutable;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Storage;
using StackExchange.Redis;

namespace Gateway.Limits;

/// <summary>
/// Limits shared by all nodes, kept in Redis and on its clock: one round trip for a reservation, one for its correction, none for a peek
/// far from the limits. Every wait is bounded; a Redis that is down or too slow makes reservations unavailable.
/// </summary>
internal sealed class RedisLimiter : ILimiter, IReservationSettler, IHostedService
{
    // The longest that a request can run, with room to spare; what is corrected later than that is not.
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private readonly RedisScript _script = new("Gateway.Limits.limits.v1.lua");
    private readonly ConditionalWeakTable<LimitScope[], RedisBuckets> _bound = [];
    private readonly LevelHints _hints = new();
    private readonly RedisConnection _connection;
    private readonly RedisOutage _outage;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly TimeProvider? _serverClock;
    private readonly long _start;

    /// <param name="serverClock">Stands in for Redis's clock, so that tests need not wait; null to go by Redis's.</param>
    public RedisLimiter(RedisConnection connection, RedisOutage outage, TimeSpan timeout, TimeProvider time, TimeProvider? serverClock = null)
    {
        _connection = connection;
        _outage = outage;
        _timeout = timeout;
        _time = time;
        _serverClock = serverClock;
        _start = HintClock.GetTimestamp();
    }

    private TimeProvider HintClock => _serverClock ?? _time;

    public async ValueTask<LimitRefusal?> PeekAsync(TenantId tenant, ImmutableArray<LimitScope> scopes, long tokens, CancellationToken ct)
    {
        if (scopes.IsDefaultOrEmpty)
        {
            return null;
        }

        var buckets = Bind(tenant, scopes);
        if ((tokens <= 1 && !buckets.MayBeExhausted(HintMs())) || await CallAsync(buckets.Peek(ServerTime()), ct) is not { } reply)
        {
            return null;
        }

        var levels = reply.AsSpan(1);
        buckets.Saw(levels, HintMs());
        return buckets.Rules.Refusal(levels, tokens);
    }

    public async ValueTask<ReserveOutcome> ReserveAsync(ReservationTerms terms, CancellationToken ct)
    {
        if (terms.Scopes.IsDefaultOrEmpty || Bind(terms.Tenant, terms.Scopes) is not { Rules.Count: > 0 } buckets)
        {
            return ReserveOutcome.Unlimited;
        }

        var tokens = Math.Max(0, terms.Tokens);
        var reply = default(long[]);
        try
        {
            reply = await CallAsync(buckets.Reserve(terms.RequestId, ServerTime(), tokens, Remembered), ct);
        }
        finally
        {
            if (reply is null)
            {
                // Not answered, or no longer waited for: it may have run all the same, or run yet.
                Cancel(buckets, terms.RequestId);
            }
        }

        if (reply is null)
        {
            return ReserveOutcome.Unavailable;
        }

        var levels = reply.AsSpan(1);
        buckets.Saw(levels, HintMs());
        return reply[0] == 1
            ? new Reservation(this, terms, buckets.Rules.Describe(levels))
            : buckets.Rules.Refusal(levels, tokens)!;
    }

    public async ValueTask SettleAsync(ReservationTerms terms, long tokensUsed, CancellationToken ct)
    {
        var buckets = Bind(terms.Tenant, terms.Scopes);
        if (!buckets.HasTokens)
        {
            return;
        }

        // The second attempt is safe: the reservation is gone once it was settled.
        var call = buckets.Settle(terms.RequestId, ServerTime(), Math.Clamp(tokensUsed, 0, LimitScope.LargestLimit));
        if ((await CallAsync(call, ct) ?? await CallAsync(call, ct)) is { } reply)
        {
            buckets.SawCorrected(reply.AsSpan(1), HintMs());
        }
        else
        {
            _outage.LostCorrection();
        }
    }

    /// <summary>Connects, loads the script and warms up the way to it, so that the first request need not; a Redis out of reach delays the start by no more than 2 s.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var scope = new LimitScope(LimitScopeKind.Tenant, "tenant:none", 1, null, null);
        var call = new RedisBuckets(new TenantId("none"), BucketRules.Of([scope]), _hints).Peek(ServerTime());
        await CallAsync(call, WarmUp, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task<long[]?> CallAsync(RedisCall call, CancellationToken ct) => CallAsync(call, _timeout, ct);

    /// <summary>The script's answer, or null when there was none in time.</summary>
    private async Task<long[]?> CallAsync(RedisCall call, TimeSpan timeout, CancellationToken ct)
    {
        var evaluating = EvaluateAsync(call);
        try
        {
            var reply = (long[]?)await evaluating.WaitAsync(timeout, _time, ct);
            _outage.Answered();
            return reply;
        }
        catch (Exception e) when (IsOutage(e, ct))
        {
            _outage.Failed(e);
            return null;
        }
        finally
        {
            if (!evaluating.IsCompleted)
            {
                // No longer waited for; that it failed in the end is part of the outage told already.
                _ = evaluating.ContinueWith(
                    static failed => _ = failed.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }
    }

    private async Task<RedisResult> EvaluateAsync(RedisCall call) => await _script.EvaluateAsync(await _connection.DatabaseAsync(), call);

    private void Cancel(RedisBuckets buckets, string requestId)
    {
        if (!buckets.HasTokens || _connection.Current is not { } database)
        {
            return;
        }

        try
        {
            _script.Post(database, buckets.Settle(requestId, ServerTime(), tokensUsed: 0));
        }
        catch (Exception e) when (IsOutage(e, CancellationToken.None))
        {
            _outage.Failed(e);
        }
    }

    /// <summary>Whatever a Redis out of reach makes the client throw; not the caller's own cancellation.</summary>
    private static bool IsOutage(Exception e, CancellationToken ct) =>
        e is RedisException or TimeoutException or SocketException or ObjectDisposedException
        || (e is OperationCanceledException && !ct.IsCancellationRequested);

    private RedisBuckets Bind(TenantId tenant, ImmutableArray<LimitScope> scopes)
    {
        var identity = ImmutableCollectionsMarshal.AsArray(scopes)!;
        if (_bound.TryGetValue(identity, out var buckets) && buckets.Tenant == tenant)
        {
            return buckets;
        }

        buckets = new RedisBuckets(tenant, BucketRules.Of(scopes), _hints);
        _bound.AddOrUpdate(identity, buckets);
        return buckets;
    }

    private RedisValue ServerTime() => _serverClock is { } clock ? clock.GetUtcNow().ToUnixTimeMilliseconds() : RedisValue.EmptyString;

    private long HintMs() => HintClock.GetElapsedTime(_start).Ticks / TimeSpan.TicksPerMillisecond;
}
