using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Dialects;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Metering;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Core.Endpoints;

/// <summary><c>/v1/images/generations</c>, <c>/edits</c> and <c>/variations</c>.</summary>
/// <param name="path">Which of them.</param>
/// <param name="requires">The field that must be there beside the model, or null.</param>
/// <param name="weighs">Whether the pictures that it is given count as tokens.</param>
/// <param name="quoteObject">What a quote calls itself; null where there is none to be had.</param>
/// <param name="edits">Whether it works on pictures, which may come as files of a form.</param>
/// <param name="json">Whether it also takes JSON.</param>
internal sealed class ImageEndpoint(string path, string? requires, bool weighs, string? quoteObject, bool edits, bool json) : MediaEndpoint(path, MediaKind.Images, "prompt", requires)
{
    // A JPEG may keep its size behind a long profile.
    private const int MostHeaderBytes = 256 * 1024;

    private static readonly FrozenSet<string> Fields = FrozenSet.ToFrozenSet(
        ["model", "prompt", "n", "size", "quality", "stream", "partial_images", "response_format", "input_fidelity", "user"]);

    public override bool TakesJson => json;

    public override FrozenSet<string>? FormFields => edits ? Fields : null;

    public override string? QuoteObject => quoteObject;

    public override bool TryRead(ReadOnlyMemory<byte> body, int maxImages, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error)
    {
        if (!base.TryRead(body, maxImages, out request, out error))
        {
            return false;
        }

        error = edits && request.Images.Count == 0 ? GatewayError.MissingParameter("images") : null;
        return error is null;
    }

    public override bool TryReadForm(
        FormBody form, ReadOnlyMemory<byte> fields, int maxImages, in ImageLimits limits, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error)
    {
        if (!base.TryRead(fields, maxImages, out request, out error))
        {
            return false;
        }

        var detail = request.Find("input_fidelity"u8) is { } fidelity && fidelity.Value.Of(fields.Span).SequenceEqual("\"high\""u8) ? ImageDetail.High : ImageDetail.Low;
        var uploads = new List<SizedImage>();
        var inputs = 0;
        foreach (var part in form.Parts)
        {
            if (part.Name is not ("image" or "image[]" or "mask"))
            {
                continue;
            }

            ImageHeader? header = null;
            error = !part.IsFile ? GatewayError.InvalidType(part.Name, "a file, that is a part with a filename", "a text")
                : uploads.Count == maxImages ? GatewayError.TooManyImages(maxImages)
                : TryMeasure(form, part, limits, out header, out var problem) ? null
                : ImageSizer.Refuse(problem, part.Name, limits);
            if (error is not null)
            {
                return false;
            }

            uploads.Add(new SizedImage(new ImagePart(inputs, 0, ImageSource.Upload, default, false, detail) { Place = part.Name == "mask" ? ImagePlace.Mask : ImagePlace.Upload }, header));
            inputs += part.Name == "mask" ? 0 : 1;
        }

        request = request with { Form = form, Uploads = weighs ? uploads : [] };
        error = inputs == 0 ? GatewayError.MissingParameter("image") : null;
        return error is null;
    }

    public override IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text) =>
        new MediaEvents(edits ? "image_edit.completed"u8.ToArray() : "image_generation.completed"u8.ToArray(), MediaKind.Images, text);

    protected override bool IsAnswer(in MediaAnswer answer) => answer.HasData;

    protected override Usage Sort(in Usage usage) => MediaEvents.Sort(usage, MediaKind.Images);

    /// <summary>Reads the header of a file; null where it tells no size within its first bytes.</summary>
    private static bool TryMeasure(FormBody form, in FormPart part, in ImageLimits limits, out ImageHeader? header, out ImageProblem problem)
    {
        header = null;
        if (part.Length > limits.MaxBytes || part.Length == 0)
        {
            problem = part.Length == 0 ? ImageProblem.Empty : ImageProblem.TooLarge;
            return false;
        }

        var bytes = new byte[(int)Math.Min(part.Length, MostHeaderBytes)];
        form.Read(part.Offset, bytes);
        if (ImageProbe.TryInspect(bytes, limits, out var found, out problem))
        {
            header = found;
            return true;
        }

        if (problem == ImageProblem.Truncated && bytes.Length < part.Length)
        {
            problem = ImageProblem.None;
        }

        return problem == ImageProblem.None;
    }
}
