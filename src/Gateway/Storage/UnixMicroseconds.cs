namespace Gateway.Storage;

/// <summary>
/// Times in storage: one form for both databases, that compares and indexes as an 8-byte integer and keeps what a clock tells.
/// Read in SQL by <c>to_timestamp(at / 1e6)</c> or <c>datetime(at / 1000000, 'unixepoch')</c>.
/// </summary>
internal static class UnixMicroseconds
{
    public static long From(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
