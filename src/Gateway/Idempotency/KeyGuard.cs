using System.Data.Common;
using Gateway.Core.Errors;

namespace Gateway.Idempotency;

/// <summary>
/// The pipeline's stage for requests with an <c>Idempotency-Key</c>: looks for what is known of the key, and takes it before anything is
/// sent. Where the database cannot tell, nothing is sent.
/// </summary>
internal sealed partial class KeyGuard(IdempotencyStore store, ClaimKeeper keeper, TimeProvider time, ILogger<KeyGuard> logger)
{
    // Each further try means that another has freed the key, or its time was over, between two statements.
    private const int MostTries = 4;

    private static readonly TimeSpan SoonestRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LatestRetry = TimeSpan.FromSeconds(10);

    /// <inheritdoc cref="IdempotencyOptions.MaxAnswerBytes"/>
    public int MaxAnswerBytes => keeper.MaxAnswerBytes;

    /// <summary>What is known of the key; null where it is free.</summary>
    public async ValueTask<KeyVerdict?> FindAsync(IdempotentRequest request, CancellationToken ct)
    {
        try
        {
            return await store.FindAsync(request, ct) is { } row ? Judge(row, request) : null;
        }
        catch (Exception e) when (IsOfStore(e))
        {
            return Unavailable(e);
        }
    }

    /// <summary>Takes the key, or says why it cannot be had. Not the client's patience, but the database's own timeouts end it: whoever took a key must know.</summary>
    public async ValueTask<KeyVerdict> ClaimAsync(IdempotentRequest request, string requestId)
    {
        try
        {
            for (var tries = 0; tries < MostTries; tries++)
            {
                if (await store.TryClaimAsync(request, requestId, keeper.KeepUntil, CancellationToken.None))
                {
                    return new KeyVerdict.Claimed(keeper.Hold(request, requestId));
                }

                if (await store.FindAsync(request, CancellationToken.None) is not { } row)
                {
                    continue;
                }

                if (Judge(row, request) is { } verdict)
                {
                    return verdict;
                }

                await store.RemoveExpiredAsync(request, CancellationToken.None);
            }

            return new KeyVerdict.Refused(GatewayError.IdempotencyKeyInUse(SoonestRetry));
        }
        catch (Exception e) when (IsOfStore(e))
        {
            return Unavailable(e);
        }
    }

    /// <summary>Reads a stored answer's bytes into <paramref name="buffer"/>.</summary>
    /// <returns>Why it cannot be had, or null.</returns>
    public async ValueTask<GatewayError?> ReadAsync(KeyVerdict.Replay replay, Memory<byte> buffer, CancellationToken ct)
    {
        try
        {
            // Its time may have run out just now; the next try finds the key free.
            return await store.TryReadAsync(replay.Request, replay.Answer, buffer, ct) ? null : GatewayError.IdempotencyKeyInUse(SoonestRetry);
        }
        catch (Exception e) when (IsOfStore(e))
        {
            return Unavailable(e).Error;
        }
    }

    private KeyVerdict? Judge(KeyRow row, IdempotentRequest request)
    {
        var now = time.GetUtcNow();
        if (row.IsOver(now, store.Lapsed))
        {
            return null;
        }

        if (!row.IsOf(request))
        {
            return new KeyVerdict.Refused(GatewayError.IdempotencyKeyReused());
        }

        if (row.IsRunning)
        {
            // As long again as it has run so far: a repeat comes neither in vain many times nor late.
            var ran = now - row.CreatedAt;
            return new KeyVerdict.Refused(GatewayError.IdempotencyKeyInUse(ran < SoonestRetry ? SoonestRetry : ran > LatestRetry ? LatestRetry : ran));
        }

        return row.Answer is { } answer ? new KeyVerdict.Replay(request, answer) : new KeyVerdict.Refused(GatewayError.IdempotencyNotReplayable());
    }

    private KeyVerdict.Refused Unavailable(Exception cause)
    {
        Log.Failed(logger, cause);
        return new KeyVerdict.Refused(GatewayError.StoreUnavailable());
    }

    private static bool IsOfStore(Exception exception) => exception is DbException or TimeoutException;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "An idempotency key could not be looked up or taken")]
        public static partial void Failed(ILogger logger, Exception cause);
    }
}
