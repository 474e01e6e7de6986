namespace Gateway.Forwarding.Routing;

/// <summary>What one attempt tells of the deployment, and whether another attempt may mend it.</summary>
internal enum Verdict
{
    /// <summary>It answered.</summary>
    Served,

    /// <summary>It answered that the request itself is wrong: so would every other.</summary>
    RequestRefused,

    /// <summary>The client left, or the gateway itself failed: nothing is learnt.</summary>
    Unknown,

    /// <summary>The answer began and did not end. It is never asked for again.</summary>
    BrokenOff,

    /// <summary>No answer began.</summary>
    Failed,

    /// <summary>409: it was busy with something that the request touches.</summary>
    Conflict,

    /// <summary>429.</summary>
    RateLimited,

    /// <summary>The key was refused for everything: 401, a quota that is spent.</summary>
    KeyRefused,

    /// <summary>The key was refused here: 403.</summary>
    KeyForbidden,
}
