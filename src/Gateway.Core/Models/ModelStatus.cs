namespace Gateway.Core.Models;

/// <summary>Whether a model of the catalog can be used.</summary>
public enum ModelStatus
{
    Available,

    /// <summary>Listed with its price, and refused.</summary>
    ComingSoon,

    /// <summary>Still served; clients should move on.</summary>
    Deprecated,
}
