namespace Gateway.Testing;

/// <summary>For each setting values that cannot work, next to the ends of its range and far from it.</summary>
public static class BadSettings
{
    /// <summary>Key, value, and what the message says instead of the value, where that may be a secret.</summary>
    public static IReadOnlyList<(string Key, string Value, string Told)> All { get; } =
    [
        .. Of("Gateway:AdminKey", "told:15 characters", "fifteen letters"),
        .. Of("Gateway:CatalogPath", "", " "),
        .. Of("Gateway:DataDirectory", "", " "),
        .. Of("Gateway:MetricsPort", "0", "65536", "main"),
        .. Of("Gateway:MaxBodyBytes", "1023", "1073741825", "large"),
        .. Of("Gateway:MaxBufferedBytes", "1023", "1.5"),
        .. Of("Gateway:PathPrefix", "v1", "/v1/", "/admin", "/health/v1"),
        .. Of("Gateway:PathPrefixOptional", "yes"),
        .. Of("Gateway:TrustedProxies", "10.0.0.1/8", "proxy.example"),
        .. Of("Gateway:Cors:Origins", "app.example.com", "https://app.example.com/"),
        .. Of("Gateway:Cors:AdminOrigins", "admin.example.com", "https://admin.example.com/x"),
        .. Of("Gateway:ShutdownDelaySeconds", "-1", "301", "5s"),
        .. Of("Gateway:ShutdownGraceSeconds", "0", "3601", "1m"),
        .. Of("Gateway:Files:MaxBytesPerTenant", "0", "1 GiB"),
        .. Of("Gateway:Files:MaxFilesPerTenant", "0", "-1"),
        .. Of("Gateway:Files:ExpireAfter", "soon", "3651d"),
        .. Of("Gateway:Idempotency:KeepHours", "0", "721"),
        .. Of("Gateway:Idempotency:MaxAnswerBytes", "-1", "67108865"),
        .. Of("Gateway:Idempotency:MaxTenantBytes", "-1"),
        .. Of("Gateway:Ledger:Durability", "eventual", "Committed"),
        .. Of("Gateway:Ledger:WhenDatabaseIsDown", "admit"),
        .. Of("Gateway:Ledger:MaxSpoolBytes", "1048575", "1099511627777"),
        .. Of("Gateway:Ledger:RetentionDays", "0", "36501"),
        .. Of("Gateway:Limits:RedisTimeoutMs", "9", "5001"),
        .. Of("Gateway:Disconnect:DrainSeconds", "0", "601"),
        .. Of("Gateway:Disconnect:DrainTokens", "0", "1000001"),
        .. Of("Gateway:KeepAlive:FirstAfterMs", "9", "600001"),
        .. Of("Gateway:KeepAlive:IntervalMs", "9", "600001"),
        .. Of("Gateway:ImageFetch:MaxAtOnce", "0", "1025"),
        .. Of("Gateway:ImageFetch:MaxAtOncePerTenant", "0", "1025"),
        .. Of("Gateway:ImageFetch:MaxWaiting", "-1", "100001"),
        .. Of("Gateway:ImageFetch:MaxWaitingPerTenant", "-1", "100001"),
        .. Of("Gateway:ImageFetch:MaxCached", "-1", "1000001"),
        .. Of("Gateway:ImageFetch:DownloadSeconds", "0", "301"),
        .. Of("Gateway:ImageFetch:MaxInlinedBytesPerRequest", "1048575", "1073741825"),
        .. Of("Gateway:ImageFetch:MaxInlinedBytes", "1048575", "68719476737"),
        .. Of("ConnectionStrings:Postgres", "told:names no host", "Username=gateway"),
        .. Of("ConnectionStrings:Redis", "told:it is a URL", "redis://localhost:6379"),
    ];

    /// <summary>A first value that begins with <c>told:</c> is what the message says of the others in their place.</summary>
    private static IEnumerable<(string Key, string Value, string Told)> Of(string key, params string[] values)
    {
        const string Instead = "told:";
        var told = values[0].StartsWith(Instead, StringComparison.Ordinal) ? values[0][Instead.Length..] : null;
        return values.Skip(told is null ? 0 : 1).Select(value => (key, value, told ?? value));
    }
}
