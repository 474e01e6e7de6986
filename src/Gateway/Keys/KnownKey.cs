using Gateway.Core.Callers;

namespace Gateway.Keys;

/// <summary>A key that is not revoked, as it is remembered.</summary>
internal sealed record KnownKey(Caller Caller, DateTimeOffset? ExpiresAt);
