using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Text;

namespace Gateway.Core.Requests;

/// <summary>Reads <c>messages</c>: the size of its text, and where its images are, in whichever role they stand.</summary>
internal sealed class MessageReader(int maxImages)
{
    private static readonly string[] MessageKeys = ["content", "image", "role"];
    private static readonly string[] PartKeys = ["type", "text", "image_url", "input_audio", "file"];
    private static readonly string[] ImageKeys = ["url", "detail"];

    private readonly List<ImagePart> _images = [];

    public int Count { get; private set; }

    public int Named { get; private set; }

    public TextSize Text { get; private set; }

    public IReadOnlyList<ImagePart> Images => _images;

    /// <summary>Where the first audio part stands, or null.</summary>
    public string? Audio { get; private set; }

    /// <summary>Where the first file part stands, or null.</summary>
    public string? File { get; private set; }

    public GatewayError? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return GatewayError.InvalidType("messages", "an array of objects", JsonKind.Describe(reader.TokenType));
        }

        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; Count++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return GatewayError.InvalidType($"messages[{Count}]", "an object", JsonKind.Describe(reader.TokenType));
            }

            if (ReadMessage(ref reader) is { } error)
            {
                return error;
            }
        }

        return Count == 0 ? GatewayError.EmptyArray("messages") : null;
    }

    private GatewayError? ReadMessage(ref Utf8JsonReader reader)
    {
        var content = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                if (content)
                {
                    return GatewayError.DuplicateKey($"messages[{Count}].content");
                }

                content = true;
                reader.Read();
                if (ReadContent(ref reader) is { } error)
                {
                    return error;
                }
            }
            else if (reader.ValueTextEquals("image"u8))
            {
                return GatewayError.UnknownParameter($"messages[{Count}].image");
            }
            else if (reader.ValueTextEquals("role"u8) || reader.ValueTextEquals("audio"u8))
            {
                // The role's token is part of the overhead; an audio id is no text.
                reader.Skip();
            }
            else if (ChatRequestBuilder.IsMimic(ref reader, MessageKeys))
            {
                return GatewayError.UnknownParameter($"messages[{Count}].{reader.GetString()}");
            }
            else
            {
                Named += reader.ValueTextEquals("name"u8) ? 1 : 0;
                reader.Read();
                AddText(ref reader);
            }
        }

        return null;
    }

    private GatewayError? ReadContent(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                Text += TextSize.OfJson(reader.ValueSpan);
                return null;
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.StartArray:
                break;
            default:
                return GatewayError.InvalidType($"messages[{Count}].content", "a string or an array of objects", JsonKind.Describe(reader.TokenType));
        }

        for (var part = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; part++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return GatewayError.InvalidType($"messages[{Count}].content[{part}]", "an object", JsonKind.Describe(reader.TokenType));
            }

            if (ReadPart(ref reader, part) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private GatewayError? ReadPart(ref Utf8JsonReader reader, int part)
    {
        var (type, text, image, typeIsImage) = (false, false, false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                if (type)
                {
                    return GatewayError.DuplicateKey(Path(part, "type"));
                }

                type = true;
                reader.Read();
                typeIsImage = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("image_url"u8);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("text"u8))
            {
                if (text)
                {
                    return GatewayError.DuplicateKey(Path(part, "text"));
                }

                text = true;
                reader.Read();
                AddText(ref reader);
            }
            else if (reader.ValueTextEquals("image_url"u8))
            {
                if (image)
                {
                    return GatewayError.DuplicateKey(Path(part, "image_url"));
                }

                image = true;
                reader.Read();
                if (ReadImage(ref reader, part) is { } error)
                {
                    return error;
                }
            }
            else if (reader.ValueTextEquals("input_audio"u8))
            {
                Audio ??= $"messages[{Count}].content[{part}]";
                reader.Skip();
            }
            else if (reader.ValueTextEquals("file"u8))
            {
                File ??= $"messages[{Count}].content[{part}]";
                reader.Skip();
            }
            else if (ChatRequestBuilder.IsMimic(ref reader, PartKeys))
            {
                return GatewayError.UnknownParameter(Path(part, reader.GetString()!));
            }
            else
            {
                reader.Read();
                AddText(ref reader);
            }
        }

        return typeIsImage && !image ? GatewayError.MissingParameter(Path(part, "image_url")) : null;
    }

    private GatewayError? ReadImage(ref Utf8JsonReader reader, int part)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.InvalidType(Path(part, "image_url"), "an object", JsonKind.Describe(reader.TokenType));
        }

        var url = default(ByteRange?);
        var (escaped, source) = (false, default(ImageSource));
        var detail = default(ImageDetail?);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("url"u8))
            {
                reader.Read();
                if (url is not null)
                {
                    return GatewayError.DuplicateKey(Path(part, "image_url.url"));
                }

                if (reader.TokenType != JsonTokenType.String)
                {
                    return GatewayError.InvalidType(Path(part, "image_url.url"), "a string", JsonKind.Describe(reader.TokenType));
                }

                if (!ImageUrl.TryClassify(reader.ValueSpan, out source))
                {
                    return GatewayError.ImageUrl($"messages[{Count}].content[{part}]");
                }

                escaped = reader.ValueIsEscaped;
                url = new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            }
            else if (reader.ValueTextEquals("detail"u8))
            {
                reader.Read();
                if (detail is not null)
                {
                    return GatewayError.DuplicateKey(Path(part, "image_url.detail"));
                }

                if (!TryReadDetail(ref reader, out var asked))
                {
                    return GatewayError.InvalidValue(Path(part, "image_url.detail"), "expected one of 'auto', 'low', 'high' and 'original'.");
                }

                detail = asked;
            }
            else if (ChatRequestBuilder.IsMimic(ref reader, ImageKeys))
            {
                return GatewayError.UnknownParameter(Path(part, $"image_url.{reader.GetString()}"));
            }
            else
            {
                reader.Skip();
            }
        }

        if (url is not { } found)
        {
            return GatewayError.MissingParameter(Path(part, "image_url.url"));
        }

        if (_images.Count == maxImages)
        {
            return GatewayError.TooManyImages(maxImages);
        }

        _images.Add(new ImagePart(Count, part, source, found, escaped, detail ?? ImageDetail.Auto));
        return null;
    }

    private static bool TryReadDetail(ref Utf8JsonReader reader, out ImageDetail detail)
    {
        detail = ImageDetail.Auto;
        if (reader.TokenType == JsonTokenType.Null)
        {
            return true;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        if (reader.ValueTextEquals("low"u8))
        {
            detail = ImageDetail.Low;
        }
        else if (reader.ValueTextEquals("high"u8))
        {
            detail = ImageDetail.High;
        }
        else if (reader.ValueTextEquals("original"u8))
        {
            detail = ImageDetail.Original;
        }
        else
        {
            return reader.ValueTextEquals("auto"u8);
        }

        return true;
    }

    /// <summary>Adds every string and number below the reader's value, whatever its shape: tool calls, refusals, what a provider adds.</summary>
    private void AddText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            Add(ref reader);
            return;
        }

        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            Add(ref reader);
        }
    }

    private void Add(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.PropertyName)
        {
            Text += TextSize.OfJson(reader.ValueSpan);
        }
    }

    private string Path(int part, string field) => $"messages[{Count}].content[{part}].{field}";
}
