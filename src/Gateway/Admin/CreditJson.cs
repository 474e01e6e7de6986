using Gateway.Funds;

namespace Gateway.Admin;

internal sealed record CreditJson(string Id, string TenantId, string Amount, string Note, DateTimeOffset At)
{
    public string Object { get; } = "credit";

    public static CreditJson Of(Credit credit) => new(credit.Id, credit.Tenant.Value, credit.Amount.ToString(), credit.Note, credit.At);
}
