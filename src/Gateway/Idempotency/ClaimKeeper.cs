using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Options;

namespace Gateway.Idempotency;

/// <summary>
/// Keeps this node's claims alive: each that is held for long gets its lease lengthened, one by one, well before it runs out. Most requests
/// are over before that.
/// </summary>
/// <param name="store">Where claims are.</param>
/// <param name="isSpooling">Whether ledger rows wait for the database: the claims that they complete are kept until they are there.</param>
/// <param name="options">The stage's own.</param>
/// <param name="time">Tells what is due.</param>
/// <param name="logger">Hears of what could not be kept.</param>
internal sealed partial class ClaimKeeper(
    IdempotencyStore store, Func<bool> isSpooling, IOptions<IdempotencyOptions> options, TimeProvider time, ILogger<ClaimKeeper> logger) : PeriodicService(Interval, time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // Leaves half the lease for a database that does not answer at the first try.
    private static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(15);

    private readonly IdempotencyOptions _options = options.Value;
    private readonly ConcurrentDictionary<IdempotencyClaim, long> _held = new();
    private readonly ConcurrentDictionary<IdempotencyClaim, bool> _spooled = new();

    /// <summary>When what ends now is forgotten.</summary>
    public DateTimeOffset KeepUntil => Time.GetUtcNow().AddHours(_options.KeepHours);

    /// <inheritdoc cref="IdempotencyOptions.MaxAnswerBytes"/>
    public int MaxAnswerBytes => _options.MaxAnswerBytes;

    public IdempotencyClaim Hold(IdempotentRequest request, string owner)
    {
        var claim = new IdempotencyClaim(request, owner, this);
        _held[claim] = Time.GetTimestamp();
        return claim;
    }

    public AnswerCompletion Complete(IdempotencyClaim claim, StoredAnswer? answer, byte[] body) => new()
    {
        Request = claim.Request,
        Owner = claim.Owner,
        Answer = answer,
        Body = body,
        ExpiresAt = KeepUntil,
        MaxTenantBytes = _options.MaxTenantBytes,
    };

    /// <summary>Keeps a claim whose request is over, until the ledger has caught up.</summary>
    public void KeepSpooled(IdempotencyClaim claim) => _spooled[claim] = true;

    /// <summary>Lets go of a claim. A key that cannot be freed just now is free when its lease has run out.</summary>
    public async ValueTask EndAsync(IdempotencyClaim claim, bool release)
    {
        _held.TryRemove(claim, out _);
        if (!release)
        {
            return;
        }

        try
        {
            await store.ReleaseAsync(claim.Request, claim.Owner, CancellationToken.None);
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            Log.NotReleased(logger, claim.Owner, e);
        }
    }

    /// <summary>Lengthens the leases that are due.</summary>
    public async Task RenewAsync(CancellationToken ct)
    {
        if (!isSpooling())
        {
            foreach (var (claim, _) in _spooled)
            {
                _spooled.TryRemove(claim, out _);
                _held.TryRemove(claim, out _);
            }
        }

        foreach (var (claim, since) in _held)
        {
            if (Time.GetElapsedTime(since) < RenewAfter)
            {
                continue;
            }

            try
            {
                var now = Time.GetTimestamp();
                if (await store.TryRenewAsync(claim.Request, claim.Owner, ct))
                {
                    _held.TryUpdate(claim, now, since);
                }
                else if (_held.TryRemove(claim, out _) && !_spooled.TryRemove(claim, out _))
                {
                    // Or it was completed in this very moment, and then it is not held any more.
                    Log.Lost(logger, claim.Owner);
                }
            }
            catch (Exception e) when (e is DbException or TimeoutException)
            {
                // The others would fail as well; the next round tries again.
                Log.NotRenewed(logger, e);
                return;
            }
        }
    }

    protected override Task RoundAsync(CancellationToken ct) => RenewAsync(ct);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The idempotency key of {RequestId} could not be freed; it is when its lease ends")]
        public static partial void NotReleased(ILogger logger, string requestId, Exception cause);

        [LoggerMessage(2, LogLevel.Warning, "The leases of idempotency keys could not be lengthened")]
        public static partial void NotRenewed(ILogger logger, Exception cause);

        [LoggerMessage(3, LogLevel.Warning, "The idempotency key of {RequestId} was taken over: its lease had run out while it still ran")]
        public static partial void Lost(ILogger logger, string requestId);
    }
}
