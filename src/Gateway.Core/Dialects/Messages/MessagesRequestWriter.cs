using System.Text;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Messages;

namespace Gateway.Core.Dialects.Messages;

/// <summary>
/// Makes the body that a provider of the Messages API receives: the client's bytes, with the upstream model's name in place of the alias,
/// the card's policy, uploaded images in place of their ids, and media types as the images' bytes have them. Nothing else changes.
/// </summary>
internal static class MessagesRequestWriter
{
    // Of the parameters that a card may have a default for, those that the API knows.
    private static readonly string[] Shared = ["temperature", "top_p", "top_k", "stop_sequences", "thinking", "output_config", "system", "tools", "tool_choice", "cache_control", "service_tier", "context_management"];

    public static Outcome<SplicedBody> Write(in UpstreamRequest upstream)
    {
        // The endpoint's reader made it.
        var request = (MessagesRequest)upstream.Plan.Request;

        // Writing for an hour costs 2 times the input, not 1.25 times (platform.claude.com/docs/en/about-claude/pricing); a card has one rate.
        if (request.LongLivedCache is { } path)
        {
            return GatewayError.UnsupportedParameter(path);
        }

        if (!RequestPolicy.TryApply(upstream.Body, request, PolicyOf(upstream.Card), out var plan, out var error))
        {
            return error;
        }

        var edits = new List<Splice>(plan.Edits.Count + 1);
        edits.AddRange(plan.Edits);
        var model = request.Find("model"u8)!.Value; // The reader refuses a body without one.
        edits.Add(new Splice(model.Value.Start, model.Value.Length, upstream.Deployment.ModelJson));
        for (var i = 0; i < upstream.Images.Length; i++)
        {
            if (Edit(edits, upstream.Body.Span, upstream.Images.Span[i], request.Sources[i]) is { } refusal)
            {
                return refusal;
            }
        }

        return SplicedBody.From(upstream.Body, edits);
    }

    /// <summary>The API wants a maximum, and knows not all that chat completions know.</summary>
    private static ParameterPolicy PolicyOf(ModelCard card) => card.Parameters.IsEmpty ? card.Parameters : card.Parameters with
    {
        Defaults = [.. card.Parameters.Defaults.Where(static parameter => Shared.Contains(parameter.Name))],
        Drop = [.. card.Parameters.Drop.Where(static name => name is not "max_tokens")],
    };

    private static GatewayError? Edit(List<Splice> edits, ReadOnlySpan<byte> body, in SizedImage image, in MessagesImage source)
    {
        if (image.Part.Source == ImageSource.Remote)
        {
            return null;
        }

        if (image.Header is not { } header)
        {
            return GatewayError.ImageFormat(image.Part.Path);
        }

        var type = ImageFormatText.MediaTypeOf(header.Format);
        if (image.Part.Source != ImageSource.File)
        {
            if (!source.MediaType.Of(body)[1..^1].SequenceEqual(Encoding.ASCII.GetBytes(type)))
            {
                edits.Add(new Splice(source.MediaType.Start, source.MediaType.Length, JsonText.Quote(type)));
            }

            return null;
        }

        if (image.Content is not { } content)
        {
            return GatewayError.ImageUrl(image.Part.Path);
        }

        var head = Encoding.ASCII.GetBytes($"{{\"type\":\"base64\",\"media_type\":\"{type}\",\"data\":\"");
        edits.Add(new Splice(source.Object.Start, 0, head) { Stream = content });
        edits.Add(new Splice(source.Object.Start, source.Object.Length, "\"}"u8.ToArray()));
        return null;
    }
}
