using Gateway.Storage;

namespace Gateway.Ledger;

/// <summary>What a daily sum is kept by.</summary>
/// <param name="Day">Days since 1970, of UTC.</param>
internal readonly record struct UsageKey(long Day, string Tenant, string Key, string Model)
{
    public static UsageKey Of(LedgerEntry entry) =>
        new(UnixMicroseconds.From(entry.At) / UsageSql.MicrosecondsPerDay, entry.TenantId.Value, entry.KeyId.Value, entry.Model);
}
