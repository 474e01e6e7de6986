namespace Gateway.Keys;

/// <summary>Some fields of a tenant that are to be others.</summary>
/// <param name="Fields">Their names on the admin API.</param>
/// <param name="To">What they are to be.</param>
internal sealed record TenantChange(IReadOnlySet<string> Fields, TenantDraft To)
{
    public Tenant Apply(Tenant tenant) => tenant with
    {
        Name = Fields.Contains("name") ? To.Name : tenant.Name,
        Tier = Fields.Contains("tier") ? To.Tier : tenant.Tier,
        Limits = Fields.Contains("limits") ? To.Limits : tenant.Limits,
        Disconnect = Fields.Contains("disconnect") ? To.Disconnect : tenant.Disconnect,
        Mode = Fields.Contains("mode") ? To.Mode : tenant.Mode,
        MonthlyBudget = Fields.Contains("monthly_budget") ? To.MonthlyBudget : tenant.MonthlyBudget,
    };
}
