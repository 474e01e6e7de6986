namespace Gateway.Core.Images;

/// <summary>What a formula counts before it turns the count into tokens.</summary>
public enum ImageUnit
{
    /// <summary>Nothing is counted: the tokens are a flat amount.</summary>
    None,

    /// <summary>Squares of 512 pixels, or a vendor's own crop.</summary>
    Tile,

    /// <summary>Small squares: 28 or 32 pixels.</summary>
    Patch,
}
