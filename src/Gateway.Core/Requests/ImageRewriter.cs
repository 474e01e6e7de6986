using System.Text;
using Gateway.Core.Images;

namespace Gateway.Core.Requests;

/// <summary>
/// Edits that put images where a provider looks for them: (1) an uploaded image's data URL in place of its id; (2) a message's own
/// <c>image</c> field among the parts of its content.
/// </summary>
internal static class ImageRewriter
{
    private static readonly ReadOnlyMemory<byte> TextPart = "[{\"type\":\"text\",\"text\":"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> BehindText = "},"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> ImagePartBegins = "{\"type\":\"image_url\",\"image_url\":{\"url\":\""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Detail = "\",\"detail\":"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> ImagePartEnds = "}}"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> UrlAndPartEnd = "\"}}"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Content = "\"content\":["u8.ToArray();
    private static readonly ReadOnlyMemory<byte> ArrayBegins = "["u8.ToArray();
    private static readonly ReadOnlyMemory<byte> ArrayEnds = "]"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Comma = ","u8.ToArray();

    public static void AddEdits(List<Splice> edits, ReadOnlyMemory<byte> body, ParsedRequest request, ReadOnlySpan<SizedImage> images)
    {
        foreach (var image in images)
        {
            if (image.Part is { Part: not ImagePart.Field, Source: ImageSource.File } && image.Content is { } content)
            {
                edits.Add(new Splice(image.Part.Url.Start, image.Part.Url.Length, DataUrlHead(image)) { Stream = content });
            }
        }

        foreach (var field in request.ImageFields)
        {
            Move(edits, body, field, images[field.Image]);
        }
    }

    private static void Move(List<Splice> edits, ReadOnlyMemory<byte> body, ImageField field, in SizedImage image)
    {
        var content = field.Content;
        if (content.Length == 0)
        {
            // The field gives way to the content that the message lacks.
            var (at, all) = (field.Property.Start, field.Property.Length);
            edits.Add(new Splice(at, 0, Content));
            AddPart(edits, at, body, field, image);
            edits.Add(new Splice(at, all, ArrayEnds));
            return;
        }

        var property = JsonProperty.WithComma(body.Span, field.Property);
        edits.Add(new Splice(property.Start, property.Length, default));
        switch (body.Span[content.Start])
        {
            case (byte)'[':
                var last = content.End - 1;
                if (!body.Span[(content.Start + 1)..last].Trim(" \t\r\n"u8).IsEmpty)
                {
                    edits.Add(new Splice(last, 0, Comma));
                }

                AddPart(edits, last, body, field, image);
                break;
            case (byte)'"':
                edits.Add(new Splice(content.Start, 0, TextPart));
                edits.Add(new Splice(content.End, 0, BehindText));
                AddPart(edits, content.End, body, field, image);
                edits.Add(new Splice(content.End, 0, ArrayEnds));
                break;
            default:
                edits.Add(new Splice(content.Start, 0, ArrayBegins));
                AddPart(edits, content.Start, body, field, image);
                edits.Add(new Splice(content.Start, content.Length, ArrayEnds));
                break;
        }
    }

    private static void AddPart(List<Splice> edits, int at, ReadOnlyMemory<byte> body, ImageField field, in SizedImage image)
    {
        edits.Add(new Splice(at, 0, ImagePartBegins));
        var text = body.Slice(image.Part.Url.Start, image.Part.Url.Length);
        if (image.Part.Source == ImageSource.File && image.Content is { } content)
        {
            edits.Add(new Splice(at, 0, DataUrlHead(image)) { Stream = content });
        }
        else
        {
            if (image.Part.Source == ImageSource.Base64)
            {
                edits.Add(new Splice(at, 0, DataUrlHead(image)));
            }

            edits.Add(new Splice(at, 0, text));
        }

        if (field.Detail.Length == 0)
        {
            edits.Add(new Splice(at, 0, UrlAndPartEnd));
            return;
        }

        edits.Add(new Splice(at, 0, Detail));
        edits.Add(new Splice(at, 0, body.Slice(field.Detail.Start, field.Detail.Length)));
        edits.Add(new Splice(at, 0, ImagePartEnds));
    }

    /// <summary>What stands before the base64 of an image that came without a type: its bytes have told it.</summary>
    private static ReadOnlyMemory<byte> DataUrlHead(in SizedImage image) =>
        Encoding.ASCII.GetBytes($"data:{ImageFormatText.MediaTypeOf(image.Header?.Format ?? ImageFormat.Png)};base64,");
}
