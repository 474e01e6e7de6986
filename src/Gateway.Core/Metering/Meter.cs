using Gateway.Core.Images;
using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Metering;

/// <summary>Weighs a request as one deployment's upstream model will: the formula follows the model that serves, not the name that the client sent.</summary>
public static class Meter
{
    /// <param name="request">What was read of the body.</param>
    /// <param name="headers">One for each image part, in order; null where the size is unknown and the largest image is assumed.</param>
    /// <param name="formula">The deployment's; may be null only where there are no images.</param>
    public static Measurement Measure(ParsedRequest request, ReadOnlySpan<ImageHeader?> headers, ImageFormula? formula)
    {
        var text = TextEstimate.Prompt(request.Text, request.Messages, request.NamedMessages);
        if (request.Images.Count == 0)
        {
            return new Measurement(text, 0, []);
        }

        ArgumentNullException.ThrowIfNull(formula);
        var images = new MeasuredImage[request.Images.Count];
        long tokens = 0;
        for (var i = 0; i < images.Length; i++)
        {
            var part = request.Images[i];
            var count = headers[i] is { } header ? formula.Count(header.Size, part.Detail) : formula.Largest(part.Detail);
            images[i] = new MeasuredImage(part, headers[i], count);
            tokens += count.Tokens;
        }

        return new Measurement(text, tokens, images);
    }
}
