namespace Gateway.Core.Admission;

/// <summary>What is counted on a scope.</summary>
public enum LimitKind
{
    /// <summary>Requests a minute.</summary>
    Requests,

    /// <summary>Tokens a minute.</summary>
    Tokens,

    /// <summary>Requests at once.</summary>
    Concurrency,
}
