using Gateway.Core.Admission;
using Gateway.Core.Pricing;

namespace Gateway.Admin;

/// <param name="Balance">Credits less the rows that they paid.</param>
/// <param name="Held">What running requests may cost at most.</param>
/// <param name="Available">The rest.</param>
internal sealed record BalanceJson(string TenantId, string Mode, string Balance, string Held, string Available)
{
    public string Object { get; } = "balance";

    public static BalanceJson Of(Keys.Tenant tenant, in FundsState state)
    {
        var balance = state.Credited - state.Spent;
        return new BalanceJson(
            tenant.Id.Value, Keys.BillingText.Of(tenant.Mode), balance.ToString(), state.Held.ToString(), new Money(balance.NanoUsd - state.Held.NanoUsd).ToString());
    }
}
