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

    public bool Allows(ImageFormat format) => format switch
    {
        ImageFormat.Png => Formats.HasFlag(ImageFormats.Png),
        ImageFormat.Jpeg => Formats.HasFlag(ImageFormats.Jpeg),
        ImageFormat.Webp => Formats.HasFlag(ImageFormats.Webp),
        ImageFormat.Gif => Formats.HasFlag(ImageFormats.Gif),
        _ => false,
    };
}
