using Gateway.Core.Callers;
using Gateway.Core.Pricing;

namespace Gateway.Keys;

/// <summary>A tenant that is to be.</summary>
internal sealed record TenantDraft(string Name)
{
    public string? Tier { get; init; }

    public RateLimits Limits { get; init; } = RateLimits.None;

    public DisconnectPolicy Disconnect { get; init; }

    public BillingMode Mode { get; init; }

    public Money? MonthlyBudget { get; init; }
}
