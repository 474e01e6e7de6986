namespace Gateway.Pipeline;

/// <summary>What was used in a calendar month, UTC, so far.</summary>
/// <param name="Month"><c>2026-01</c>.</param>
/// <param name="Key">By the key that asks.</param>
/// <param name="Tenant">By all keys of its tenant.</param>
internal sealed record MonthJson(string Month, UsageSumsJson Key, UsageSumsJson Tenant);
