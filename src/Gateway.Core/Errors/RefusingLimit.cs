namespace Gateway.Core.Errors;

/// <summary>Which of the limits refused a request, for those who count refusals; both are of a few words.</summary>
/// <param name="Scope">Whose it is: <c>key</c>, <c>tenant</c>, <c>key_model</c>, <c>tenant_model</c>.</param>
/// <param name="Kind">What it counts: <c>requests</c>, <c>tokens</c>, <c>concurrent_requests</c>, <c>balance</c>, <c>monthly_budget</c>.</param>
public sealed record RefusingLimit(string Scope, string Kind);
