namespace Gateway.Telemetry;

/// <summary>Whether a deployment is sent requests.</summary>
internal enum DeploymentCondition
{
    Closed,

    /// <summary>Left alone for a while, as its provider asked or its last failures advise.</summary>
    Resting,

    /// <summary>One request goes out to see whether it is well again.</summary>
    HalfOpen,

    Open,
}
