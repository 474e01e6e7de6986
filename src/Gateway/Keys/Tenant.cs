using Gateway.Core.Callers;
using Gateway.Core.Pricing;

namespace Gateway.Keys;

/// <summary>Who is billed: the owner of keys.</summary>
internal sealed record Tenant
{
    public required TenantId Id { get; init; }

    public required string Name { get; init; }

    public string? Tier { get; init; }

    public RateLimits Limits { get; init; } = RateLimits.None;

    public DisconnectPolicy Disconnect { get; init; }

    public BillingMode Mode { get; init; }

    /// <summary>For a calendar month of UTC, or null.</summary>
    public Money? MonthlyBudget { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
