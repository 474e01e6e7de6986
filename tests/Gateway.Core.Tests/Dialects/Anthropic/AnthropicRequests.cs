using System.Text;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Requests;

namespace Gateway.Core.Tests.Dialects.Anthropic;

/// <summary>Brings a chat body the whole way to a body of the Messages API, as the pipeline does.</summary>
internal static class AnthropicRequests
{
    public static readonly Deployment Claude = new()
    {
        Provider = new Provider { Name = "p", Dialect = AnthropicDialect.Instance, BaseUrl = new Uri("https://example.com") },
        Model = "claude-x",
    };

    public static readonly ModelCard Card = new() { Id = "card", Input = ["text", "image"], AcceptImageField = true };

    private static readonly ImageLimits Limits = new(20_000_000, ImageFormats.All);

    /// <param name="json">The body.</param>
    /// <param name="card">Null: <see cref="Card"/>.</param>
    /// <param name="stored">What stands for every uploaded picture, or null.</param>
    public static Outcome<SplicedBody> Translate(byte[] json, ModelCard? card = null, Func<ImagePart, SizedImage>? stored = null)
    {
        card ??= Card;
        if (!RequestReader.TryRead(json, 50, out var request, out var error) || !RequestPolicy.TryApply(json, request, card.Parameters, out var plan, out error))
        {
            return error;
        }

        var images = new SizedImage[request.Images.Count];
        for (var i = 0; i < images.Length; i++)
        {
            var part = request.Images[i];
            if (part.Source is ImageSource.Remote or ImageSource.File)
            {
                images[i] = stored is not null && part.Source == ImageSource.File ? stored(part) : new SizedImage(part, null);
            }
            else if (ImageSizer.TrySize(json, part, Limits, out var header, out error))
            {
                images[i] = new SizedImage(part, header);
            }
            else
            {
                return error;
            }
        }

        return ApiEndpoint.ChatCompletions.PassageTo(Claude.Provider.Dialect)!.WriteRequest(new UpstreamRequest(json, plan, images, card, Claude));
    }

    public static string Text(string json, ModelCard? card = null)
    {
        Translate(Encoding.UTF8.GetBytes(json), card).TryGet(out var body, out var error);
        return error is null ? TextOf(body!) : throw new InvalidOperationException($"{error.Code} {error.Param}: {error.Message}");
    }

    public static GatewayError Refusal(string json, ModelCard? card = null) =>
        Translate(Encoding.UTF8.GetBytes(json), card).TryGet(out var body, out var error) ? throw new InvalidOperationException(TextOf(body)) : error;

    /// <summary>What is sent; a picture that is streamed stands as its length in angle brackets.</summary>
    public static string TextOf(SplicedBody body) =>
        string.Concat(body.Segments.Select(segment => segment.Stream is { } stream ? $"<{stream.Length}>" : Encoding.UTF8.GetString(segment.Memory.Span)));
}
