using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Text;

namespace Gateway.Core.Requests;

/// <summary>Reads <c>messages</c>: the size of its text, and where its images are, in whichever role they stand.</summary>
internal sealed class MessageReader(ReadOnlyMemory<byte> body, int maxImages)
{
    private static readonly string[] MessageKeys = ["content", "image", "role"];
    private static readonly string[] ImageKeys = ["url", "base64", "detail"];

    private readonly ImageCollector _images = new(maxImages);
    private ContentPartReader? _parts;
    private TextSize _text;

    public int Count { get; private set; }

    public int Named { get; private set; }

    public TextSize Text => _text + (_parts?.Text ?? default);

    public ImageCollector Images => _images;

    /// <inheritdoc cref="ContentPartReader.Audio"/>
    public string? Audio => _parts?.Audio;

    /// <inheritdoc cref="ContentPartReader.File"/>
    public string? File => _parts?.File;

    private ContentPartReader Parts => _parts ??= new ContentPartReader(body, _images);

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
        var content = default(ByteRange);
        var (image, field) = (false, default(ImageField));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                if (content.Length > 0)
                {
                    return GatewayError.DuplicateKey($"messages[{Count}].content");
                }

                reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (ReadContent(ref reader) is { } error)
                {
                    return error;
                }

                content = new ByteRange(start, (int)reader.BytesConsumed - start);
            }
            else if (reader.ValueTextEquals("image"u8))
            {
                if (image)
                {
                    return GatewayError.DuplicateKey($"messages[{Count}].image");
                }

                image = true;

                // A null says nothing, as some clients write for what they leave out.
                var value = reader;
                value.Read();
                if (value.TokenType == JsonTokenType.Null)
                {
                    reader = value;
                    continue;
                }

                field = ReadField(ref reader);
            }
            else if (reader.ValueTextEquals("role"u8) || reader.ValueTextEquals("audio"u8))
            {
                // The role's token is part of the overhead; an audio id is no text.
                reader.Skip();
            }
            else if (FoldedKey.IsMimic(ref reader, MessageKeys))
            {
                return GatewayError.UnknownParameter($"messages[{Count}].{reader.GetString()}");
            }
            else
            {
                Named += reader.ValueTextEquals("name"u8) ? 1 : 0;
                reader.Read();
                Parts.AddText(ref reader);
            }
        }

        if (field is not null)
        {
            _images.AddField(field with { Content = content });
        }

        return null;
    }

    private GatewayError? ReadContent(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                _text += TextSize.OfJson(reader.ValueSpan);
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

            if (Parts.Read(ref reader, Count, part) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>Whether the model takes the field at all is known later: what is wrong with it is kept until then.</summary>
    private ImageField ReadField(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Read();
        var whole = reader;
        whole.Skip();
        var image = new ImageObjectReader(Count, ImagePart.Field, "image", ImageKeys);
        var index = _images.Images.Count;
        var problem = image.Read(ref reader) ?? _images.Add(Count, ImagePart.Field, image.Text!.Value, image.Detail); // Read refuses one without a text.
        reader = whole;
        return new ImageField
        {
            Message = Count,
            Image = index,
            Property = new ByteRange(start, (int)reader.BytesConsumed - start),
            Detail = image.DetailValue,
            Problem = problem,
        };
    }
}
