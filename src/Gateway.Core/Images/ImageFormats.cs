namespace Gateway.Core.Images;

/// <summary>A set of image formats.</summary>
[Flags]
public enum ImageFormats
{
    None = 0,
    Png = 1 << 0,
    Jpeg = 1 << 1,
    Webp = 1 << 2,
    Gif = 1 << 3,
    All = Png | Jpeg | Webp | Gif,
}
