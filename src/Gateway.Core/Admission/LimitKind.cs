namespace Gateway.Core.Admission;

/// <summary>What is counted on a scope.</summary>
public enum LimitKind
{
    Requests,
    Tokens,
}
