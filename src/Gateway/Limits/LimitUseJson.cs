using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>One limit. <c>reset_seconds</c> is the time to a full bucket, null for requests at once.</summary>
internal sealed record LimitUseJson(string Scope, string? Model, string Kind, long Limit, long Used, long Remaining, decimal? ResetSeconds)
{
    public static LimitUseJson Of(LimitUse use) => new(
        use.Scope.Kind switch
        {
            LimitScopeKind.Key => "key",
            LimitScopeKind.Tenant => "tenant",
            LimitScopeKind.KeyModel => "key_model",
            _ => "tenant_model",
        },
        use.Scope.Model,
        use.Kind switch
        {
            LimitKind.Requests => "requests",
            LimitKind.Tokens => "tokens",
            _ => "concurrent_requests",
        },
        use.Limit,
        use.Used,
        use.Remaining,
        use.Reset is { } reset ? (decimal)reset.Ticks / TimeSpan.TicksPerSecond : null);
}
