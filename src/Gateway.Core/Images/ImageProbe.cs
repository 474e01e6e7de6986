namespace Gateway.Core.Images;

/// <summary>
/// Tells an image's format and size from its header, decoding nothing else and allocating nothing. The bytes decide
/// what an image is; a declared type only has to be an <c>image/*</c>. No input makes these methods throw.
/// </summary>
/// <remarks>
/// How far the bytes are looked at, the first 12 in any case:
/// <list type="bullet">
/// <item>PNG: the first 33.</item>
/// <item>WEBP: the first 30.</item>
/// <item>JPEG: to the eighth byte behind the mark of the first frame header, leaping over the data of each segment before; no
/// more than <see cref="JpegHeader.MaxSteps"/> segments, fill bytes and stray bytes.</item>
/// <item>GIF: to the comma that begins the second image descriptor, else to the trailer, leaping over colours and data blocks.</item>
/// </list>
/// Of base64 text at most <see cref="ImageBytes.WindowLength"/> bytes more are decoded at each leap, and what lies leapt over
/// in a text that is not compact is passed over without decoding.
/// </remarks>
public static class ImageProbe
{
    private const int SignatureLength = 12;

    /// <summary>Parses a data URL, checks its payload to the end, and reads the image's header.</summary>
    /// <param name="url">The URL, as it stands in its JSON string when <paramref name="jsonEscaped"/>.</param>
    /// <param name="jsonEscaped">Whether backslashes in the URL begin JSON escapes.</param>
    /// <param name="limits">What is let in.</param>
    /// <param name="header">The header; empty when the image is refused.</param>
    /// <param name="problem">Why the image is refused, or <see cref="ImageProblem.None"/>.</param>
    public static bool TryInspectDataUri(
        ReadOnlySpan<byte> url, bool jsonEscaped, in ImageLimits limits, out ImageHeader header, out ImageProblem problem)
    {
        header = default;
        problem =
            !DataUri.TryParse(url, jsonEscaped, out DataUri uri) ? ImageProblem.MalformedDataUri
            : !uri.DeclaresImage ? ImageProblem.NotAnImageType
            : !Base64Shape.TryScan(uri.Payload, jsonEscaped, out Base64Shape shape) ? ImageProblem.NotBase64
            : InspectPayload(uri.Payload, jsonEscaped, shape, limits, out header);
        return problem is ImageProblem.None;
    }

    /// <summary>Reads the header of an image whose base64 text was scanned before.</summary>
    /// <param name="payload">The base64 text.</param>
    /// <param name="jsonEscaped">As in the scan.</param>
    /// <param name="shape">What <see cref="Base64Shape.TryScan"/> found of this very text.</param>
    /// <param name="limits">What is let in.</param>
    /// <param name="header">The header; empty when the image is refused.</param>
    /// <param name="problem">Why the image is refused, or <see cref="ImageProblem.None"/>.</param>
    public static bool TryInspectBase64(
        ReadOnlySpan<byte> payload, bool jsonEscaped, Base64Shape shape, in ImageLimits limits, out ImageHeader header, out ImageProblem problem)
    {
        problem = InspectPayload(payload, jsonEscaped, shape, limits, out header);
        return problem is ImageProblem.None;
    }

    /// <summary>
    /// Reads the header of an image's bytes, or of the first of them: then <see cref="ImageProblem.Truncated"/> asks for
    /// more, and a GIF whose second frame lies beyond them passes for a still one.
    /// </summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="limits">What is let in.</param>
    /// <param name="header">The header; empty when the image is refused.</param>
    /// <param name="problem">Why the image is refused, or <see cref="ImageProblem.None"/>.</param>
    public static bool TryInspect(ReadOnlySpan<byte> bytes, in ImageLimits limits, out ImageHeader header, out ImageProblem problem)
    {
        ImageBytes source = new(bytes);
        problem = Inspect(ref source, limits, out header);
        return problem is ImageProblem.None;
    }

    private static ImageProblem InspectPayload(
        ReadOnlySpan<byte> payload, bool jsonEscaped, Base64Shape shape, in ImageLimits limits, out ImageHeader header)
    {
        Span<byte> window = stackalloc byte[ImageBytes.WindowLength];
        ImageBytes source = new(new Base64Source(payload, jsonEscaped, shape), window);
        return Inspect(ref source, limits, out header);
    }

    private static ImageProblem Inspect(ref ImageBytes bytes, in ImageLimits limits, out ImageHeader header)
    {
        header = default;
        if (bytes.Length == 0)
        {
            return ImageProblem.Empty;
        }

        if (bytes.Length > limits.MaxBytes)
        {
            return ImageProblem.TooLarge;
        }

        ImageFormat format = FormatOf(ref bytes);
        if (!limits.Allows(format))
        {
            return ImageProblem.UnsupportedFormat;
        }

        ImageProblem problem = ReadHeader(ref bytes, format, out ImageSize size, out bool animated);
        if (problem is not ImageProblem.None)
        {
            return problem;
        }

        if (!size.IsPlausible)
        {
            return ImageProblem.Unreadable;
        }

        if (animated && format is ImageFormat.Gif)
        {
            return ImageProblem.AnimatedGif;
        }

        header = new ImageHeader(format, size, animated);
        return ImageProblem.None;
    }

    // Every image is longer than the longest signature, so what is shorter is none.
    private static ImageFormat FormatOf(ref ImageBytes bytes)
    {
        Span<byte> start = stackalloc byte[SignatureLength];
        if (!bytes.TryRead(0, start))
        {
            return ImageFormat.Unknown;
        }

        return start.StartsWith(PngHeader.Signature) ? ImageFormat.Png
            : start.StartsWith(JpegHeader.Signature) ? ImageFormat.Jpeg
            : WebpHeader.IsSignature(start) ? ImageFormat.Webp
            : GifHeader.IsSignature(start) ? ImageFormat.Gif
            : ImageFormat.Unknown;
    }

    private static ImageProblem ReadHeader(ref ImageBytes bytes, ImageFormat format, out ImageSize size, out bool animated)
    {
        animated = false;
        size = default;
        return format switch
        {
            ImageFormat.Png => PngHeader.Read(ref bytes, out size),
            ImageFormat.Jpeg => JpegHeader.Read(ref bytes, out size),
            ImageFormat.Webp => WebpHeader.Read(ref bytes, out size, out animated),
            ImageFormat.Gif => GifHeader.Read(ref bytes, out size, out animated),
            _ => ImageProblem.UnsupportedFormat,
        };
    }
}
