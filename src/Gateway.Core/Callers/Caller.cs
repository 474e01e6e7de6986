using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Core.Pricing;

namespace Gateway.Core.Callers;

/// <summary>Who asks: the key that was presented and its tenant, with what binds them. Immutable, shared by the requests of one key.</summary>
public sealed class Caller
{
    private LimitPlan? _plan;
    private FundsPlan? _funds;

    public required TenantId Tenant { get; init; }

    public required KeyId Key { get; init; }

    public Role Role { get; init; }

    /// <summary>The name of the tenant's tier in the catalog, or null.</summary>
    public string? Tier { get; init; }

    public RateLimits TenantLimits { get; init; } = RateLimits.None;

    public RateLimits KeyLimits { get; init; } = RateLimits.None;

    /// <summary>Model ids this key may use, <c>*</c> allowed at the end of each; empty means all.</summary>
    public ImmutableArray<string> AllowedModels { get; init; } = [];

    public DisconnectPolicy Disconnect { get; init; }

    public BillingMode Mode { get; init; }

    /// <summary>What the tenant may spend in a calendar month (UTC), or null.</summary>
    public Money? TenantBudget { get; init; }

    /// <summary>What this key may spend in a calendar month (UTC), or null.</summary>
    public Money? KeyBudget { get; init; }

    public bool MayUse(string modelId)
    {
        if (AllowedModels.IsEmpty)
        {
            return true;
        }

        foreach (var pattern in AllowedModels)
        {
            var matches = pattern.EndsWith('*')
                ? modelId.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
                : string.Equals(modelId, pattern, StringComparison.Ordinal);
            if (matches)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The buckets that bind this caller under its tier; worked out once for each tier that the catalog hands in.</summary>
    public LimitPlan PlanUnder(RateLimits? tier)
    {
        var plan = Volatile.Read(ref _plan);
        if (plan is null || !ReferenceEquals(plan.Tier, tier))
        {
            plan = LimitPlan.For(this, tier);
            Volatile.Write(ref _plan, plan);
        }

        return plan;
    }

    /// <summary>The accounts that bind this caller at that time; worked out once a month.</summary>
    public FundsPlan FundsAt(DateTimeOffset time)
    {
        var month = FundsAccount.MonthOf(time);
        var plan = Volatile.Read(ref _funds);
        if (plan is null || plan.Month != month)
        {
            plan = FundsPlan.For(this, month);
            Volatile.Write(ref _funds, plan);
        }

        return plan;
    }
}
