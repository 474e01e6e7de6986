namespace Gateway.Core.Images;

/// <summary>What images are let in.</summary>
/// <param name="MaxBytes">The most decoded bytes of one image, inclusive.</param>
/// <param name="Formats">The formats let in.</param>
public readonly record struct ImageLimits(long MaxBytes, ImageFormats Formats)
{
    /// <summary>20 MiB.</summary>
    public const long DefaultMaxBytes = 20 * 1024 * 1024;

    /// <summary>20 MiB, all four formats.</summary>
    public static ImageLimits Default { get; } = new(DefaultMaxBytes, ImageFormats.All);

    public bool Allows(ImageFormat format)
    {
        ImageFormats one = format switch
        {
            ImageFormat.Png => ImageFormats.Png,
            ImageFormat.Jpeg => ImageFormats.Jpeg,
            ImageFormat.Webp => ImageFormats.Webp,
            ImageFormat.Gif => ImageFormats.Gif,
            _ => ImageFormats.None,
        };
        return (Formats & one) != ImageFormats.None;
    }
}
