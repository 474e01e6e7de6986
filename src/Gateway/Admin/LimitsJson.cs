using Gateway.Core.Callers;
using Gateway.Funds;
using Gateway.Limits;

namespace Gateway.Admin;

/// <summary>What limits a key, and how much of it is used.</summary>
internal sealed record LimitsJson(string KeyId, string TenantId, string? Tier, IReadOnlyList<LimitUseJson> Limits, IReadOnlyList<FundsUseJson> Funds)
{
    public string Object { get; } = "limits";

    public static LimitsJson Of(Caller caller, IReadOnlyList<LimitUse> limits, IReadOnlyList<FundsUseJson> funds) =>
        new(caller.Key.Value, caller.Tenant.Value, caller.Tier, [.. limits.Select(LimitUseJson.Of)], funds);
}
