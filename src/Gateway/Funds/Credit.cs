using Gateway.Core.Callers;
using Gateway.Core.Pricing;

namespace Gateway.Funds;

/// <summary>Money that was added to a tenant's balance, or, where the amount is less than nothing, taken from it.</summary>
internal sealed record Credit(string Id, TenantId Tenant, Money Amount, string Note, string? IdempotencyKey, DateTimeOffset At);
