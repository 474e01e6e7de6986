using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Requests;

namespace Gateway.Core.Metering;

/// <summary>Reads the headers of the images that are in the body itself. A remote image has none here: its size is unknown.</summary>
public static class ImageSizer
{
    public static bool TrySize(
        ReadOnlySpan<byte> body,
        IReadOnlyList<ImagePart> parts,
        in ImageLimits limits,
        [NotNullWhen(true)] out ImageHeader?[]? headers,
        [NotNullWhen(false)] out GatewayError? error)
    {
        error = null;
        headers = parts.Count == 0 ? [] : new ImageHeader?[parts.Count];
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Source != ImageSource.DataUrl)
            {
                continue;
            }

            if (!ImageProbe.TryInspectDataUri(parts[i].Url.Of(body), parts[i].Escaped, limits, out var header, out var problem))
            {
                error = Refuse(problem, parts[i].Path, limits);
                headers = null;
                return false;
            }

            headers[i] = header;
        }

        return true;
    }

    /// <param name="problem">Why the image is refused; not <see cref="ImageProblem.None"/>.</param>
    /// <param name="part">Where it is: a path into the body, or a form's field.</param>
    /// <param name="limits">What was let in.</param>
    public static GatewayError Refuse(ImageProblem problem, string part, in ImageLimits limits) => problem switch
    {
        ImageProblem.NotAnImageType => GatewayError.ImageMimeType(part),
        ImageProblem.NotBase64 => GatewayError.ImageBase64(part),
        ImageProblem.UnsupportedFormat => GatewayError.ImageFormat(part),
        ImageProblem.AnimatedGif => GatewayError.ImageAnimated(part),
        ImageProblem.TooLarge => GatewayError.ImageTooLarge(part, limits.MaxBytes),
        ImageProblem.Empty => GatewayError.ImageEmpty(part),
        ImageProblem.MalformedDataUri => GatewayError.ImageUrl(part),
        _ => GatewayError.ImageUnreadable(part),
    };
}
