using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Requests;

namespace Gateway.Core.Metering;

/// <summary>Reads the header of an image, and says what is wrong with one in the words of the API.</summary>
public static class ImageSizer
{
    /// <summary>Reads the header of an image that is in the body itself.</summary>
    /// <param name="body">The body.</param>
    /// <param name="part">An image of the source <see cref="ImageSource.DataUrl"/> or <see cref="ImageSource.Base64"/>.</param>
    /// <param name="limits">What is let in.</param>
    public static bool TrySize(
        ReadOnlySpan<byte> body, in ImagePart part, in ImageLimits limits, out ImageHeader header, [NotNullWhen(false)] out GatewayError? error)
    {
        var text = part.Url.Of(body);
        ImageProblem problem;
        if (part.Source == ImageSource.Base64)
        {
            header = default;
            problem = !Base64Shape.TryScan(text, part.Escaped, out var shape) ? ImageProblem.NotBase64
                : ImageProbe.TryInspectBase64(text, part.Escaped, shape, limits, out header, out var found) ? ImageProblem.None
                : found;
        }
        else
        {
            ImageProbe.TryInspectDataUri(text, part.Escaped, limits, out header, out problem);
        }

        error = problem is ImageProblem.None ? null : Refuse(problem, part.Path, limits);
        return error is null;
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
