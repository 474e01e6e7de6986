using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Gateway.Keys;

namespace Gateway.Admin;

internal sealed record KeyJson(
    string Id,
    string TenantId,
    string Name,
    string Prefix,
    StoredLimits? Limits,
    ImmutableArray<string>? AllowedModels,
    string? MonthlyBudget,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt)
{
    public string Object { get; } = "key";

    public string Role { get; } = "member";

    /// <summary>The secret, in the answer that issues it and no other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    public static KeyJson Of(TenantKey key) => new(
        key.Id.Value,
        key.Tenant.Value,
        key.Name,
        key.Prefix,
        key.Limits.IsEmpty ? null : StoredLimits.From(key.Limits),
        key.AllowedModels.IsEmpty ? null : key.AllowedModels,
        key.MonthlyBudget?.ToString(),
        key.ExpiresAt,
        key.CreatedAt,
        key.RevokedAt);
}
