using Gateway.Funds;
using Gateway.Keys;
using Gateway.Limits;

namespace Gateway.Pipeline;

/// <param name="Key">The key that asked, without its secret.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Limits">Each limit that can bind it, and what is used of it.</param>
/// <param name="Funds">Its tenant's balance, and the month's budgets.</param>
/// <param name="Balance">What a prepaid tenant can still spend, in US dollars; null of a postpaid one.</param>
/// <param name="Usage">This month's.</param>
internal sealed record MeJson(
    KeyJson Key, TenantJson Tenant, IReadOnlyList<LimitUseJson> Limits, IReadOnlyList<FundsUseJson> Funds, string? Balance, MonthJson Usage)
{
    public string Object { get; } = "me";
}
