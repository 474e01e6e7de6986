namespace Gateway.Core.Admission;

/// <summary>What a limit is counted on.</summary>
public enum LimitScopeKind
{
    Key,
    Tenant,
    KeyModel,
    TenantModel,
}
