using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Requests;

namespace Gateway.Core.Metering;

/// <summary>
/// Weighs a request as one deployment's upstream model will: the formula follows the model that serves, not the name that the client sent.
/// Another deployment of another family is another measurement of the same request.
/// </summary>
public static class Meter
{
    /// <param name="text">Tokens of all its text, as estimated.</param>
    /// <param name="images">The request's image parts, in order.</param>
    /// <param name="formula">The deployment's; without one images weigh nothing.</param>
    /// <param name="measurement">What it weighs.</param>
    /// <param name="error">Why this model cannot take one of the images.</param>
    public static bool TryMeasure(
        long text,
        ReadOnlySpan<SizedImage> images,
        ImageFormula? formula,
        [NotNullWhen(true)] out Measurement? measurement,
        [NotNullWhen(false)] out GatewayError? error)
    {
        error = null;
        if (images.IsEmpty)
        {
            measurement = new Measurement(text, 0, []);
            return true;
        }

        measurement = null;
        var measured = new MeasuredImage[images.Length];
        long tokens = 0;
        for (var i = 0; i < measured.Length; i++)
        {
            var detail = images[i].Part.Detail;
            var count = formula is null ? default : images[i].Header is { } header ? formula.Count(header.Size, detail) : formula.Largest(detail);
            if (count.Problem != ImageCountProblem.None)
            {
                error = Refuse(images[i].Part, count);
                return false;
            }

            measured[i] = new MeasuredImage(images[i], count);
            tokens += count.Tokens;
        }

        measurement = new Measurement(text, tokens, measured);
        return true;
    }

    private static GatewayError Refuse(in ImagePart part, in ImageCount count) => count.Problem switch
    {
        ImageCountProblem.TooManyUnits => GatewayError.ImageTooManyPatches(part.Path, count.Units, count.MostUnits),
        _ => GatewayError.ImageDetailUnsupported(part.DetailPath, ImageDetailText.Of(count.Detail)),
    };
}
