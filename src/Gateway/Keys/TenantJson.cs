using System.Text.Json;

namespace Gateway.Keys;

/// <summary>A tenant as the admin API shows it and the audit log keeps it.</summary>
internal sealed record TenantJson(string Id, string Name, string? Tier, StoredLimits? Limits, string Mode, string? MonthlyBudget, string Disconnect, DateTimeOffset CreatedAt)
{
    public string Object { get; } = "tenant";

    public static TenantJson Of(Tenant tenant) => new(
        tenant.Id.Value,
        tenant.Name,
        tenant.Tier,
        tenant.Limits.IsEmpty ? null : StoredLimits.From(tenant.Limits),
        BillingText.Of(tenant.Mode),
        tenant.MonthlyBudget?.ToString(),
        DisconnectText.Of(tenant.Disconnect),
        tenant.CreatedAt);

    /// <summary>As the audit log keeps it.</summary>
    public static string Text(Tenant tenant) => JsonSerializer.Serialize(Of(tenant), KeysJson.Default.TenantJson);
}
