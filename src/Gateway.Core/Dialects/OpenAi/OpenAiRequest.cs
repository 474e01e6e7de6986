using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.OpenAi;

/// <summary>
/// Makes the body that a deployment receives: the client's bytes, with the upstream model's name in place of the alias, the parameter
/// policy's edits, <c>stream_options.include_usage</c> where a stream would not report its usage, and uploaded images in place of their
/// ids. Nothing else changes.
/// </summary>
public static class OpenAiRequest
{
    private static readonly ReadOnlyMemory<byte> WholeOption = "\"stream_options\":{\"include_usage\":true},"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> OptionValue = "{\"include_usage\":true}"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> OnlyProperty = "\"include_usage\":true"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> FirstProperty = "\"include_usage\":true,"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> True = "true"u8.ToArray();

    public static SplicedBody Write(in UpstreamRequest chat)
    {
        var request = chat.Plan.Request;
        var edits = new List<Splice>(chat.Plan.Edits.Count + request.ImageEdits.Count + 2);
        edits.AddRange(chat.Plan.Edits);
        edits.AddRange(request.ImageEdits);
        ImageRewriter.AddEdits(edits, chat.Body, request, chat.Images.Span);

        // Where a model may be left out, another parameter may not, so that a comma is due.
        edits.Add(request.Find("model"u8) is { } model
            ? new Splice(model.Value.Start, model.Value.Length, chat.Deployment.ModelJson)
            : new Splice(request.BodyStart, 0, (byte[])[.. "\"model\":"u8, .. chat.Deployment.ModelJson.Span, (byte)',']));
        if (request is { Stream: true, StreamOptions.IncludeUsage: false })
        {
            edits.Add(IncludeUsage(request));
        }

        return SplicedBody.From(chat.Body, edits);
    }

    private static Splice IncludeUsage(ParsedRequest request)
    {
        var options = request.StreamOptions;
        return options switch
        {
            { IsPresent: false } => new Splice(request.BodyStart, 0, WholeOption),
            { IsObject: false } => new Splice(options.Value.Start, options.Value.Length, OptionValue),
            { IncludeUsageValue.Length: > 0 } => new Splice(options.IncludeUsageValue.Start, options.IncludeUsageValue.Length, True),
            _ => new Splice(options.Value.Start + 1, 0, options.IsEmptyObject ? OnlyProperty : FirstProperty),
        };
    }
}
