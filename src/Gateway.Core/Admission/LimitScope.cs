using Gateway.Core.Callers;

namespace Gateway.Core.Admission;

/// <summary>
/// One thing that limits are counted on, and its limits: a key, a tenant, or one of them with a model. Two scopes with the same
/// <see cref="Id"/> share their buckets, whatever limits they carry (an operator may change those while buckets live).
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Unique and stable: <c>key:key_1</c>, <c>tenant:ten_1</c>, <c>tenant:ten_1:model:gpt-4o</c>.</param>
/// <param name="RequestsPerMinute">Bucket size and refill, or null for no such limit.</param>
/// <param name="TokensPerMinute">Bucket size and refill, or null for no such limit.</param>
/// <param name="ConcurrentRequests">Requests at once, or null for no such limit.</param>
public sealed record LimitScope(LimitScopeKind Kind, string Id, long? RequestsPerMinute, long? TokensPerMinute, long? ConcurrentRequests)
{
    // Between whose it is and the model; the ids of keys and tenants do not hold it.
    private const string OfModel = ":model:";

    /// <summary>The largest requests or tokens a minute that may be set; the smallest is 1. Keeps the limiters' integers exact.</summary>
    public const long LargestLimit = 1_000_000_000;

    /// <summary>The most requests at once that may be set; the least is 1.</summary>
    public const long LargestConcurrency = 1_000_000;

    /// <summary>The id of the model that it is of, or null.</summary>
    public string? Model => Kind is LimitScopeKind.KeyModel or LimitScopeKind.TenantModel ? Id[(Id.IndexOf(OfModel, StringComparison.Ordinal) + OfModel.Length)..] : null;

    /// <summary>For a client's eyes: <c>key key_1</c>.</summary>
    public string Describe() => Kind switch
    {
        LimitScopeKind.Key => Id.Replace("key:", "key ", StringComparison.Ordinal),
        LimitScopeKind.Tenant => Id.Replace("tenant:", "tenant ", StringComparison.Ordinal),
        _ => Id.Replace(OfModel, " for model ", StringComparison.Ordinal).Replace(':', ' '),
    };

    internal static LimitScope? From(LimitScopeKind kind, string id, RateLimits limits) =>
        limits.RequestsPerMinute is null && limits.TokensPerMinute is null && limits.ConcurrentRequests is null
            ? null
            : new LimitScope(kind, id, limits.RequestsPerMinute, limits.TokensPerMinute, limits.ConcurrentRequests);
}
