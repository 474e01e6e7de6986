using System.Collections.Immutable;
using Gateway.Core.Callers;

namespace Gateway.Core.Admission;

/// <summary>What one request asks of its limits: one request, a place among those at once, and <paramref name="Tokens"/> tokens from every scope, all or nothing.</summary>
/// <param name="RequestId">The ledger's key; a reservation made under it is corrected or cancelled under it.</param>
/// <param name="Tenant">Decides the hash slot that all buckets of the request share.</param>
/// <param name="Scopes">What binds it.</param>
/// <param name="Tokens">Tokens charged at admission, 0 or more; settlement corrects them to what was used.</param>
public readonly record struct ReservationTerms(string RequestId, TenantId Tenant, ImmutableArray<LimitScope> Scopes, long Tokens);
