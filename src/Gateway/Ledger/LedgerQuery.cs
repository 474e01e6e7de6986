namespace Gateway.Ledger;

/// <summary>Which rows to read, newest first. <paramref name="From"/> is included, <paramref name="To"/> is not.</summary>
internal sealed record LedgerQuery(string? Tenant, string? Key, string? Model, DateTimeOffset? From, DateTimeOffset? To, LedgerCursor? After, int Limit);
