namespace Gateway.Core.Images;

/// <summary>What a model makes of <see cref="ImageDetail.Auto"/>.</summary>
public enum AutoDetail
{
    /// <summary>Counted as high: what OpenAI's API bills.</summary>
    High,

    /// <summary>Counted as low.</summary>
    Low,

    /// <summary>Low when both sides are at most 512 pixels, else high.</summary>
    BySize,

    /// <summary>Counted as original, which patch models alone know; a tile formula takes it for high.</summary>
    Original,
}
