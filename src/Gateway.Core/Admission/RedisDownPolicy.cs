namespace Gateway.Core.Admission;

/// <summary>What rate limits do while Redis cannot be reached; the catalog's <c>limits.when_redis_is_down</c>. Money is never admitted on trust.</summary>
public enum RedisDownPolicy
{
    /// <summary>Each node limits by itself: the limit / nodes last seen.</summary>
    LocalShare,

    /// <summary>Requests under a limit are refused with 503.</summary>
    Refuse,

    /// <summary>Requests pass unlimited.</summary>
    Admit,
}
