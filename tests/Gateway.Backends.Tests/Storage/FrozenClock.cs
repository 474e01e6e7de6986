namespace Gateway.Backends.Tests.Storage;

/// <summary>A clock that stands still.</summary>
internal sealed class FrozenClock : TimeProvider
{
    public override long GetTimestamp() => 1;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
}
