namespace Gateway.Keys;

/// <summary>Some fields of a key that are to be others.</summary>
/// <param name="Fields">Their names on the admin API.</param>
/// <param name="To">What they are to be.</param>
internal sealed record KeyChange(IReadOnlySet<string> Fields, KeyDraft To)
{
    public TenantKey Apply(TenantKey key) => key with
    {
        Name = Fields.Contains("name") ? To.Name : key.Name,
        Limits = Fields.Contains("limits") ? To.Limits : key.Limits,
        AllowedModels = Fields.Contains("allowed_models") ? To.AllowedModels : key.AllowedModels,
        MonthlyBudget = Fields.Contains("monthly_budget") ? To.MonthlyBudget : key.MonthlyBudget,
        ExpiresAt = Fields.Contains("expires_at") ? To.ExpiresAt : key.ExpiresAt,
        AllowedIps = Fields.Contains("allowed_ips") ? To.AllowedIps : key.AllowedIps,
        Role = Fields.Contains("role") ? To.Role : key.Role,
    };
}
