using System.Collections.Immutable;
using Gateway.Core.Callers;

namespace Gateway.Core.Admission;

/// <summary>The accounts that bind a caller in one month.</summary>
public sealed class FundsPlan
{
    private FundsPlan(int month, ImmutableArray<FundsBound> bounds) => (Month, Bounds) = (month, bounds);

    public int Month { get; }

    /// <summary>None for a caller whom no money binds.</summary>
    public ImmutableArray<FundsBound> Bounds { get; }

    internal static FundsPlan For(Caller caller, int month)
    {
        var bounds = new List<FundsBound>(3);
        if (caller.Mode == BillingMode.Prepaid)
        {
            bounds.Add(new FundsBound(FundsKind.Balance, FundsAccount.Balance(caller.Tenant), null));
        }

        if (caller.TenantBudget is { } tenant)
        {
            bounds.Add(new FundsBound(FundsKind.TenantBudget, FundsAccount.Of(caller.Tenant, month), tenant));
        }

        if (caller.KeyBudget is { } key)
        {
            bounds.Add(new FundsBound(FundsKind.KeyBudget, FundsAccount.Of(caller.Key, month), key));
        }

        return new FundsPlan(month, [.. bounds]);
    }
}
