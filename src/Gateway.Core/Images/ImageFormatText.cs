namespace Gateway.Core.Images;

/// <summary>Image formats by their names, and as media types.</summary>
public static class ImageFormatText
{
    public static string Of(ImageFormat format) => format switch
    {
        ImageFormat.Png => "png",
        ImageFormat.Jpeg => "jpeg",
        ImageFormat.Webp => "webp",
        ImageFormat.Gif => "gif",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "It has no name."),
    };

    public static string MediaTypeOf(ImageFormat format) => $"image/{Of(format)}";

    public static ImageFormat ToFormat(string text) => text switch
    {
        "png" => ImageFormat.Png,
        "jpeg" => ImageFormat.Jpeg,
        "webp" => ImageFormat.Webp,
        "gif" => ImageFormat.Gif,
        _ => throw new InvalidDataException($"No image format is called '{text}'."),
    };
}
