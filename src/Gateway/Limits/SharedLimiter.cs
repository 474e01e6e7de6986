using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Core.Callers;

namespace Gateway.Limits;

/// <summary>Limits shared through Redis, and while it is away what the catalog's policy says.</summary>
internal sealed class SharedLimiter(RedisLimiter redis, LocalShare share, RedisCalls calls, Func<RedisDownPolicy> policy) : ILimiter
{
    public async ValueTask<LimitRefusal?> PeekAsync(TenantId tenant, ImmutableArray<LimitScope> scopes, long tokens, CancellationToken ct)
    {
        var refusal = await redis.PeekAsync(tenant, scopes, tokens, ct);
        if (refusal is not null || !calls.IsBroken)
        {
            return refusal;
        }

        return policy() == RedisDownPolicy.LocalShare ? await share.PeekAsync(tenant, scopes, tokens, ct) : null;
    }

    /// <summary>Of the limits in Redis alone: null while it is away, whatever the policy admits.</summary>
    public ValueTask<IReadOnlyList<LimitUse>?> ReadAsync(TenantId tenant, ImmutableArray<LimitScope> scopes, CancellationToken ct) =>
        redis.ReadAsync(tenant, scopes, ct);

    public async ValueTask<ReserveOutcome> ReserveAsync(ReservationTerms terms, CancellationToken ct)
    {
        var outcome = await redis.ReserveAsync(terms, ct);
        return outcome.IsUnavailable
            ? policy() switch
            {
                RedisDownPolicy.LocalShare => await share.ReserveAsync(terms, ct),
                RedisDownPolicy.Admit => ReserveOutcome.Unlimited,
                _ => outcome,
            }
            : outcome;
    }
}
