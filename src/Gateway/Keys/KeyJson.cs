using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Keys;

/// <summary>A key as the admin API shows it and the audit log keeps it.</summary>
internal sealed record KeyJson(
    string Id,
    string TenantId,
    string Name,
    string Prefix,
    string Role,
    StoredLimits? Limits,
    ImmutableArray<string>? AllowedModels,
    ImmutableArray<string>? AllowedIps,
    string? MonthlyBudget,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt)
{
    public string Object { get; } = "key";

    /// <summary>The secret, in the answer that issues it and no other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    public static KeyJson Of(TenantKey key) => new(
        key.Id.Value,
        key.Tenant.Value,
        key.Name,
        key.Prefix,
        RoleText.Of(key.Role),
        key.Limits.IsEmpty ? null : StoredLimits.From(key.Limits),
        key.AllowedModels.IsEmpty ? null : key.AllowedModels,
        key.AllowedIps.IsEmpty ? null : key.AllowedIps,
        key.MonthlyBudget?.ToString(),
        key.ExpiresAt,
        key.CreatedAt,
        key.RevokedAt,
        key.LastUsedAt);

    /// <summary>As the audit log keeps it.</summary>
    public static string Text(TenantKey key) => JsonSerializer.Serialize(Of(key), KeysJson.Default.KeyJson);
}
