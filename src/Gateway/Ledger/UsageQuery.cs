namespace Gateway.Ledger;

/// <summary>Which daily sums to add up, and by what.</summary>
/// <param name="GroupBy">None: one row over all.</param>
/// <param name="From">The first day, in UTC; null for the first there is.</param>
/// <param name="To">The day behind the last.</param>
/// <param name="After">The row behind which to go on, made by the same grouping.</param>
/// <param name="Limit">From 1 to <see cref="LedgerStore.MaxLimit"/>.</param>
internal sealed record UsageQuery(
    UsageGroups GroupBy, string? Tenant, string? Key, string? Model, DateOnly? From, DateOnly? To, UsageCursor? After, int Limit);
