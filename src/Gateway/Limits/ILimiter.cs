using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Core.Callers;

namespace Gateway.Limits;

/// <summary>
/// Requests and tokens a minute, in buckets that refill continuously, and requests at once, each of which holds a lease while it runs.
/// What a request asks is taken from all of its scopes or from none; a request is never made smaller to fit.
/// </summary>
internal interface ILimiter
{
    /// <summary>
    /// Would a request of that many tokens be refused now? Charges nothing. Asked with one token it is for use before a body is read. Null
    /// also where that cannot be told: <see cref="ReserveAsync"/> decides.
    /// </summary>
    ValueTask<LimitRefusal?> PeekAsync(TenantId tenant, ImmutableArray<LimitScope> scopes, long tokens, CancellationToken ct);

    /// <summary>How much of each limit of these scopes is used now, scope by scope. Changes nothing. Null where that cannot be told.</summary>
    ValueTask<IReadOnlyList<LimitUse>?> ReadAsync(TenantId tenant, ImmutableArray<LimitScope> scopes, CancellationToken ct);

    /// <summary>Charges one request and the terms' tokens to every scope and holds a lease of each, or refuses and does neither.</summary>
    ValueTask<ReserveOutcome> ReserveAsync(ReservationTerms terms, CancellationToken ct);
}
