namespace Gateway.Core.Errors;

/// <summary>What was wrong at the provider's side, for whoever decides whether to ask another one.</summary>
public enum ProviderFault
{
    /// <summary>Nothing: the refusal is not a provider's.</summary>
    None,

    /// <summary>It refused the request itself.</summary>
    RequestRefused,

    RateLimited,

    /// <summary>It had an error, or is overloaded.</summary>
    Failed,

    TimedOut,

    Malformed,

    Unreachable,

    QuotaExhausted,

    DeploymentNotFound,

    Authentication,
}
