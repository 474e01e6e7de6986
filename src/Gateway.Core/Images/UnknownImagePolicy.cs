namespace Gateway.Core.Images;

/// <summary>What becomes of an image whose size cannot be learned.</summary>
public enum UnknownImagePolicy
{
    /// <summary>Counted as the largest that its model knows.</summary>
    AssumeLargest,

    /// <summary>Refused.</summary>
    Reject,
}
