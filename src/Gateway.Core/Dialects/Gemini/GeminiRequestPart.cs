using System.Text;
using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>One part of a message's content, told apart and not yet translated.</summary>
internal readonly struct GeminiRequestPart
{
    private const int LongestType = 64;
    private static readonly string[] Types = ["text", "image_url", "image_file", "refusal", "input_audio", "file"];

    /// <summary>A text of nothing, as JSON.</summary>
    public static readonly ReadOnlyMemory<byte> EmptyText = "\"\""u8.ToArray();

    /// <summary>The text as a JSON string; empty where it is no text.</summary>
    public ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>The picture, or null where it is none.</summary>
    public SizedImage? Image { get; init; }

    /// <summary>The value of <c>input_audio</c> or <c>file</c>; empty where it is neither.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The part's type, for what refuses it.</summary>
    public string Type { get; init; }

    /// <summary>Index of its message.</summary>
    public int Message { get; init; }

    /// <summary>Its index in the message's content.</summary>
    public int Index { get; init; }

    /// <summary>Where it stands; worked out when asked for, as a content may have very many parts.</summary>
    public string Path => $"messages[{Message}].content[{Index}]";

    /// <summary>Why it cannot be read, or null.</summary>
    public GatewayError? Error { get; init; }

    /// <summary>Reads the object that the reader is at.</summary>
    /// <param name="reader">Afterwards on the object's end.</param>
    /// <param name="chat">The request.</param>
    /// <param name="origin">Where the reader's first byte lies in the body.</param>
    /// <param name="message">Index of the message.</param>
    /// <param name="index">Index of the part.</param>
    public static GeminiRequestPart Read(ref Utf8JsonReader reader, in UpstreamRequest chat, int origin, int message, int index)
    {
        var (type, text, refusal, audio, file) = (default(ByteRange), default(ByteRange), default(ByteRange), default(ByteRange), default(ByteRange));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var property = reader;
            var value = GeminiRequestJson.Next(ref reader, origin, out var kind);
            if (kind == JsonTokenType.Null)
            {
                continue;
            }

            // The reader of the request has refused those that it reads and that come twice; of others the last is as good as the first.
            if (property.ValueTextEquals("type"u8))
            {
                type = value;
            }
            else if (property.ValueTextEquals("text"u8))
            {
                text = value;
            }
            else if (property.ValueTextEquals("refusal"u8))
            {
                refusal = value;
            }
            else if (property.ValueTextEquals("input_audio"u8))
            {
                audio = value;
            }
            else if (property.ValueTextEquals("file"u8))
            {
                file = value;
            }
        }

        var body = chat.Body;
        var name = Name(body.Slice(type.Start, type.Length));
        var image = GeminiRequestMedia.Find(chat.Images.Span, message, index);
        var part = new GeminiRequestPart { Message = message, Index = index, Type = name, Image = image };
        switch (name)
        {
            case "image_url" or "image_file" or "file" or "" when image is not null:
                return part;
            case var _ when image is not null:
                return part with { Error = GatewayError.InvalidValue($"{part.Path}.type", "expected 'image_url', as the part holds one.") };
            case "text":
                return ReadText(part, body.Slice(text.Start, text.Length), "text");
            case "refusal":
                return ReadText(part, body.Slice(refusal.Start, refusal.Length), "refusal");
            case "input_audio":
                return part with { Data = body.Slice(audio.Start, audio.Length) };
            case "file":
                return part with { Data = body.Slice(file.Start, file.Length) };
            case "":
                return part with { Error = GatewayError.MissingParameter($"{part.Path}.type") };
            default:
                return part with { Error = GatewayError.ContentUnsupported(part.Path, name) };
        }
    }

    private static GeminiRequestPart ReadText(in GeminiRequestPart part, ReadOnlyMemory<byte> json, string key) => GeminiRequestJson.KindOf(json.Span) switch
    {
        JsonTokenType.String => part with { Text = json },
        JsonTokenType.None => part with { Error = GatewayError.MissingParameter($"{part.Path}.{key}") },
        var kind => part with { Error = GatewayError.InvalidType($"{part.Path}.{key}", "a string", JsonKind.Describe(kind)) },
    };

    private static string Name(ReadOnlyMemory<byte> json)
    {
        foreach (var type in Types)
        {
            if (GeminiRequestJson.Is(json, type))
            {
                return type;
            }
        }

        if (GeminiRequestJson.KindOf(json.Span) != JsonTokenType.String || GeminiRequestJson.Unescape(json) is not { } text)
        {
            return "";
        }

        return Encoding.UTF8.GetString(text.Span[..Math.Min(text.Length, LongestType)]);
    }
}
