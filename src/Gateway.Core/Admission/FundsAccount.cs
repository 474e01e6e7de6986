using Gateway.Core.Callers;

namespace Gateway.Core.Admission;

/// <summary>What money is counted on: a tenant's balance, or what a tenant or a key spends in one month.</summary>
/// <param name="Month">Year x 12 + month - 1, in UTC; 0 for a balance.</param>
/// <param name="Subject">The tenant's or the key's id.</param>
public readonly record struct FundsAccount(int Month, string Subject)
{
    public static FundsAccount Balance(TenantId tenant) => new(0, tenant.Value);

    public static FundsAccount Of(TenantId tenant, int month) => new(month, tenant.Value);

    public static FundsAccount Of(KeyId key, int month) => new(month, key.Value);

    public static int MonthOf(DateTimeOffset time) => (time.UtcDateTime.Year * 12) + time.UtcDateTime.Month - 1;

    /// <summary>The month's first moment; of a balance nothing that makes sense.</summary>
    public static DateTimeOffset StartOf(int month) => new(month / 12, (month % 12) + 1, 1, 0, 0, 0, TimeSpan.Zero);
}
