using System.Text;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// Writes where a picture comes from. Its media type is what its bytes are, whatever the client called them. Base64 goes over as it stands
/// in the client's body; only one with escapes, blanks, missing padding or the URL-safe alphabet is copied, and cleaned.
/// </summary>
internal static class AnthropicImage
{
    public static GatewayError? WriteSource(AnthropicRequestBody output, ReadOnlyMemory<byte> body, in SizedImage image)
    {
        var part = image.Part;
        var text = body.Slice(part.Url.Start, part.Url.Length);
        if (part.Source == ImageSource.Remote)
        {
            output.Write("{\"type\":\"url\",\"url\":\""u8);
            output.Take(text);
            output.Write("\"}"u8);
            return null;
        }

        if (image.Header is not { Format: ImageFormat.Png or ImageFormat.Jpeg or ImageFormat.Webp or ImageFormat.Gif } header)
        {
            return GatewayError.ImageFormat(part.Path);
        }

        output.Write("{\"type\":\"base64\",\"media_type\":\""u8);
        output.Write(Encoding.ASCII.GetBytes(ImageFormatText.MediaTypeOf(header.Format)));
        output.Write("\",\"data\":\""u8);
        if (image.Content is { } content)
        {
            output.Take(content);
        }
        else if (part.Source == ImageSource.File)
        {
            return GatewayError.ImageUrl(part.Path);
        }
        else
        {
            if (part.Source == ImageSource.DataUrl)
            {
                if (!DataUri.TryParse(text.Span, part.Escaped, out var uri))
                {
                    return GatewayError.ImageUrl(part.Path);
                }

                text = text[^uri.Payload.Length..];
            }

            if (!Base64Text.TryClean(ref text, part.Escaped))
            {
                return GatewayError.ImageBase64(part.Path);
            }

            output.Take(text);
        }

        output.Write("\"}"u8);
        return null;
    }
}
