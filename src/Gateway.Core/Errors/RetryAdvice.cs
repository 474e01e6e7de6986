namespace Gateway.Core.Errors;

/// <summary>What a refusal tells a client about trying again.</summary>
public enum RetryAdvice
{
    /// <summary>Nothing is said; the status decides.</summary>
    Unstated,

    /// <summary>A later attempt may succeed: <c>retry-after</c> and <c>retry-after-ms</c> are sent.</summary>
    After,

    /// <summary>The same request cannot succeed: <c>x-should-retry: false</c> is sent.</summary>
    Never,
}
