using Gateway.Core.Admission;

namespace Gateway.Funds;

/// <summary>An account is near its end.</summary>
/// <param name="Kind">What the account is.</param>
/// <param name="Percent">Spent and held of its limit, rounded down; from 80, at most 100.</param>
internal readonly record struct BudgetWarning(FundsKind Kind, int Percent)
{
    /// <summary>For the header: <c>key_monthly_budget; used=83%</c>.</summary>
    public override string ToString() => $"{Name(Kind)}; used={Percent}%";

    public static string Name(FundsKind kind) => kind switch
    {
        FundsKind.Balance => "prepaid_balance",
        FundsKind.TenantBudget => "tenant_monthly_budget",
        _ => "key_monthly_budget",
    };
}
