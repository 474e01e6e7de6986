using Gateway.Core.Admission;
using Gateway.Core.Callers;
using StackExchange.Redis;

namespace Gateway.Limits;

/// <summary>Names of what the limits keep in Redis. All of a tenant's carry its hash tag: one slot of a cluster holds them.</summary>
internal static class RedisKeys
{
    /// <summary>The set of nodes that live.</summary>
    public static readonly RedisKey Nodes = "gw:nodes";

    public static RedisKey Of(TenantId tenant, string scopeId, LimitKind kind) => kind switch
    {
        LimitKind.Requests => $"{Prefix(tenant)}:bucket:{scopeId}:requests",
        LimitKind.Tokens => $"{Prefix(tenant)}:bucket:{scopeId}:tokens",
        _ => $"{Prefix(tenant)}:leases:{scopeId}",
    };

    public static RedisKey Reservation(TenantId tenant, string requestId) => $"{Prefix(tenant)}:reservation:{requestId}";

    /// <summary>That a charge was made, so that it is not made twice.</summary>
    public static RedisKey Charge(TenantId tenant, string chargeId) => $"{Prefix(tenant)}:charge:{chargeId}";

    private static string Prefix(TenantId tenant) => $"gw:{{{tenant.Value}}}";
}
