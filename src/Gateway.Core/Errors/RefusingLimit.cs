namespace Gateway.Core.Errors;

/// <summary>Which of the limits refused a request, for those who count refusals; both are of a few words.</summary>
/// <param name="Scope">Whose it is: <c>key</c>, <c>tenant</c>, <c>key_model</c>, <c>tenant_model</c>.</param>
/// <param name="Kind">What it counts: <c>requests</c>, <c>tokens</c>, <c>concurrent_requests</c>, <c>balance</c>, <c>monthly_budget</c>.</param>
public sealed record RefusingLimit(string Scope, string Kind)
{
    public static readonly RefusingLimit Balance = new("tenant", "balance");
    public static readonly RefusingLimit TenantBudget = new("tenant", "monthly_budget");
    public static readonly RefusingLimit KeyBudget = new("key", "monthly_budget");

    private static readonly string[] Scopes = ["key", "tenant", "key_model", "tenant_model"];
    private static readonly string[] Kinds = ["requests", "tokens", "concurrent_requests"];

    /// <summary>All that there are.</summary>
    public static IReadOnlyList<RefusingLimit> All { get; } =
        [.. Scopes.SelectMany(static scope => Kinds.Select(kind => new RefusingLimit(scope, kind))), Balance, TenantBudget, KeyBudget];
}
