namespace Gateway.Catalog;

/// <summary>What rate limits do while Redis cannot be reached; money is never admitted on trust.</summary>
internal enum RedisDownPolicy
{
    /// <summary>Each node enforces its share in process.</summary>
    LocalShare,

    /// <summary>Requests under a limit are refused with 503.</summary>
    Refuse,

    /// <summary>Requests pass unlimited.</summary>
    Admit,
}
