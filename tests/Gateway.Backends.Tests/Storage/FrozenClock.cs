namespace Gateway.Backends.Tests.Storage;

/// <summary>A clock that stands still; in 1970 unless told otherwise.</summary>
internal sealed class FrozenClock(DateTimeOffset? now = null) : TimeProvider
{
    public override long GetTimestamp() => 1;

    public override DateTimeOffset GetUtcNow() => now ?? DateTimeOffset.UnixEpoch;
}
