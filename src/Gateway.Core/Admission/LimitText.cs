namespace Gateway.Core.Admission;

/// <summary>Limits as lists and metrics name them.</summary>
public static class LimitText
{
    public static string ToText(this LimitScopeKind kind) => kind switch
    {
        LimitScopeKind.Key => "key",
        LimitScopeKind.Tenant => "tenant",
        LimitScopeKind.KeyModel => "key_model",
        _ => "tenant_model",
    };

    public static string ToText(this LimitKind kind) => kind switch
    {
        LimitKind.Requests => "requests",
        LimitKind.Tokens => "tokens",
        _ => "concurrent_requests",
    };
}
