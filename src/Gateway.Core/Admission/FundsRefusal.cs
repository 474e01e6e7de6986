using Gateway.Core.Errors;
using Gateway.Core.Pricing;

namespace Gateway.Core.Admission;

/// <summary>Which account has too little left, and how it stands.</summary>
/// <param name="Kind">What the account is.</param>
/// <param name="Subject">Whose: the id of a tenant or a key.</param>
/// <param name="Limit">The budget, or what was credited.</param>
/// <param name="Spent">Of it, by ledger rows.</param>
/// <param name="Held">Of it, by requests that are running.</param>
/// <param name="Requested">The most that the request may cost.</param>
public sealed record FundsRefusal(FundsKind Kind, string Subject, Money Limit, Money Spent, Money Held, Money Requested)
{
    // Nobody knows when a request will end.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>What is not spent; less than nothing where corrections or a smaller budget made it so.</summary>
    public Money Left => new((long)Int128.Clamp((Int128)Limit.NanoUsd - Spent.NanoUsd, long.MinValue, long.MaxValue));

    /// <summary>It would fit if nothing else were running: to be tried again. Else waiting cannot help.</summary>
    public bool IsHeldAlone => Left >= Requested;

    public string Describe() => Kind switch
    {
        FundsKind.Balance => $"tenant {Subject}, balance",
        FundsKind.TenantBudget => $"tenant {Subject}, monthly_budget",
        _ => $"key {Subject}, monthly_budget",
    };

    public GatewayError ToError() => Explain() with
    {
        Limit = Kind switch
        {
            FundsKind.Balance => RefusingLimit.Balance,
            FundsKind.TenantBudget => RefusingLimit.TenantBudget,
            _ => RefusingLimit.KeyBudget,
        },
    };

    private GatewayError Explain()
    {
        var what = Kind switch
        {
            FundsKind.Balance => $"The prepaid balance of tenant {Subject}",
            FundsKind.TenantBudget => $"What is left of this month's budget of tenant {Subject}",
            _ => $"What is left of this month's budget of key {Subject}",
        };
        if (IsHeldAlone)
        {
            return GatewayError.FundsHeld(what, Left.ToString(), Held.ToString(), Requested.ToString(), LookAgain);
        }

        var fix = Kind == FundsKind.Balance ? "Add credit" : "Raise the budget, wait for the next month (UTC)";
        return GatewayError.FundsSpent(what, Left.ToString(), Requested.ToString(), fix);
    }
}
