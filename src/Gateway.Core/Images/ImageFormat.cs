namespace Gateway.Core.Images;

/// <summary>What the bytes of an image are, told by their signature and never by a declared type.</summary>
public enum ImageFormat
{
    Unknown,
    Png,
    Jpeg,
    Webp,
    Gif,
}
