using System.Text;
using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Requests;
using Turn = Gateway.Core.Dialects.Gemini.GeminiRequestTurns.Turn;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// Writes <c>inlineData</c>: pictures, whose type their own bytes have told; sound; documents. Their base64 stays where it is in the client's
/// body. The API has a resolution for each part only in a preview, so that a picture's <c>detail</c> is not sent.
/// </summary>
internal sealed class GeminiRequestMedia(UpstreamRequest chat, GeminiRequestTurns turns, GeminiRequestBody contents)
{
    private const int LongestType = 100;

    /// <summary>The picture that stands at this part of this message, or null.</summary>
    public static SizedImage? Find(ReadOnlySpan<SizedImage> images, int message, int part)
    {
        foreach (var image in images)
        {
            if (image.Part.Message == message && image.Part.Part == part)
            {
                return image;
            }
        }

        return null;
    }

    /// <summary>Writes a part that is no text.</summary>
    public GatewayError? Write(in GeminiRequestPart part, Turn turn) =>
        part.Image is { } image ? WriteImage(image, turn)
        : part.Type == "input_audio" ? WriteAudio(part, turn)
        : WriteFile(part, turn);

    /// <summary>Writes the picture in a message's own <c>image</c> field, if there is one.</summary>
    public GatewayError? WriteField(int message, Turn turn) =>
        Find(chat.Images.Span, message, ImagePart.Field) is { } image ? WriteImage(image, turn) : null;

    private GatewayError? WriteImage(in SizedImage image, Turn turn)
    {
        var part = image.Part;
        if (image.Header is not { } header || (part.Source is ImageSource.Remote or ImageSource.File && image.Content is null))
        {
            return GatewayError.ImageNotFetched(part.Path);
        }

        if (header.Format == ImageFormat.Gif)
        {
            return GatewayError.ImageFormatUnsupported(part.Path, "gif", "'png', 'jpeg' and 'webp'");
        }

        turns.BeginPart(turn);
        Begin(Encoding.ASCII.GetBytes(ImageFormatText.MediaTypeOf(header.Format)));
        if (image.Content is { } content)
        {
            contents.Write(content);
        }
        else if (!GeminiRequestBase64.TryWrite(contents, Payload(part), part.Escaped))
        {
            return GatewayError.ImageBase64(part.Path);
        }

        contents.Write("\"}}"u8);
        return null;
    }

    private ReadOnlyMemory<byte> Payload(in ImagePart part)
    {
        var text = chat.Body.Slice(part.Url.Start, part.Url.Length);
        return part.Source == ImageSource.DataUrl && DataUri.TryParse(text.Span, part.Escaped, out var uri) ? text[^uri.Payload.Length..] : text;
    }

    private GatewayError? WriteAudio(in GeminiRequestPart part, Turn turn)
    {
        var format = GeminiRequestJson.Find(part.Data, "format"u8);
        ReadOnlySpan<byte> type = GeminiRequestJson.Is(format, "wav") ? "audio/wav"u8 : GeminiRequestJson.Is(format, "mp3") ? "audio/mp3"u8 : default;
        if (type.IsEmpty)
        {
            return GatewayError.InvalidValue($"{part.Path}.input_audio.format", "expected 'wav' or 'mp3'.");
        }

        var data = GeminiRequestJson.Find(part.Data, "data"u8);
        return WriteData(data, data, type, $"{part.Path}.input_audio.data", turn);
    }

    /// <summary>A document that came along, as a data URL, or as base64 under a name that tells its type.</summary>
    private GatewayError? WriteFile(in GeminiRequestPart part, Turn turn)
    {
        var (data, at) = (GeminiRequestJson.Find(part.Data, "file_data"u8), $"{part.Path}.file.file_data");
        if (GeminiRequestJson.KindOf(data.Span) != JsonTokenType.String)
        {
            return GatewayError.MissingParameter(at);
        }

        var inside = data[1..^1];
        if (!DataUri.HasScheme(inside.Span, jsonEscaped: true))
        {
            return GeminiRequestJson.Find(part.Data, "filename"u8) is { Length: > 2 } name && name.Span[..^1].EndsWith(".pdf"u8)
                ? WriteData(data, data, "application/pdf"u8, at, turn)
                : GatewayError.InvalidValue(at, "expected a data URL, such as data:application/pdf;base64,...");
        }

        if (!DataUri.TryParse(inside.Span, jsonEscaped: true, out var uri) || !TryReadType(uri.MediaType, out var type))
        {
            return GatewayError.InvalidValue(at, "expected a data URL with a type, such as data:application/pdf;base64,...");
        }

        return WriteData(data, data[^(uri.Payload.Length + 1)..], Encoding.ASCII.GetBytes(type), at, turn);
    }

    /// <param name="json">The whole value.</param>
    /// <param name="payload">Its end that is base64, behind the opening quote or in its middle, with the closing quote.</param>
    private GatewayError? WriteData(ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> payload, ReadOnlySpan<byte> type, string at, Turn turn)
    {
        if (GeminiRequestJson.KindOf(json.Span) != JsonTokenType.String)
        {
            return GatewayError.InvalidType(at, "a string", JsonKind.Describe(GeminiRequestJson.KindOf(json.Span)));
        }

        var text = payload.Length == json.Length ? json[1..^1] : payload[..^1];
        if (text.IsEmpty || !Base64Shape.TryScan(text.Span, jsonEscaped: true, out _))
        {
            return GatewayError.InvalidValue(at, "expected base64.");
        }

        turns.BeginPart(turn);
        Begin(type);
        GeminiRequestBase64.TryWrite(contents, text, escaped: true);
        contents.Write("\"}}"u8);
        return null;
    }

    private void Begin(ReadOnlySpan<byte> type)
    {
        contents.Write("{\"inlineData\":{\"mimeType\":\""u8);
        contents.Write(type);
        contents.Write("\",\"data\":\""u8);
    }

    private static bool TryReadType(ReadOnlySpan<byte> written, out string type)
    {
        type = "";
        for (var at = 0; at < written.Length && type.Length <= LongestType;)
        {
            var character = JsonEscape.Read(written[at..], escaped: true, out var length);
            if (character is < 0 or > 127 || !(char.IsAsciiLetterOrDigit((char)character) || character is '/' or '-' or '+' or '.' or '_'))
            {
                return false;
            }

            type += (char)character;
            at += length;
        }

        return type.Length is > 2 and <= LongestType && type.Contains('/', StringComparison.Ordinal);
    }
}
