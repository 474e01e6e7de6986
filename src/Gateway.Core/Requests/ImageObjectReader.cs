using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Images;

namespace Gateway.Core.Requests;

/// <summary>Reads an object that says where an image is and in which detail: <c>image_url</c>, <c>image_file</c>, a message's <c>image</c>.</summary>
/// <param name="message">Index of the message.</param>
/// <param name="part">Index of the part, or <see cref="ImagePart.Field"/>.</param>
/// <param name="name">The object's own name.</param>
/// <param name="known">The keys that are read: those that say where the image is, and <c>detail</c>.</param>
/// <param name="place">In which list it stands.</param>
internal ref struct ImageObjectReader(int message, int part, string name, ReadOnlySpan<string> known, ImagePlace place = ImagePlace.Message)
{
    private readonly ReadOnlySpan<string> _known = known;
    private ImageDetail? _detail;

    /// <summary>Where the image is; null until such a key was read.</summary>
    public ImageText? Text { get; private set; }

    /// <summary>The name of the key that says so, quotes included.</summary>
    public ByteRange Key { get; private set; }

    /// <summary>The value of <c>detail</c>, quotes included; empty where absent.</summary>
    public ByteRange DetailValue { get; private set; }

    public readonly ImageDetail Detail => _detail ?? ImageDetail.Auto;

    private readonly string At => part == ImagePart.Field ? $"messages[{message}].{name}" : $"{Part}.{name}";

    private readonly string Part => new ImagePart(message, part, default, default, false, default) { Place = place }.Path;

    /// <summary>Reads the object that the reader is at; on an error the reader may stand inside of it.</summary>
    public GatewayError? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.InvalidType(At, "an object", JsonKind.Describe(reader.TokenType));
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadProperty(ref reader) is { } error)
            {
                return error;
            }
        }

        return Text is null ? GatewayError.MissingParameter($"{At}.{_known[0]}") : null;
    }

    private GatewayError? ReadProperty(ref Utf8JsonReader reader)
    {
        foreach (var key in _known)
        {
            if (reader.ValueTextEquals(key))
            {
                return key == "detail" ? ReadDetail(ref reader) : ReadText(ref reader, key);
            }
        }

        if (FoldedKey.IsMimic(ref reader, _known))
        {
            return GatewayError.UnknownParameter($"{At}.{reader.GetString()}");
        }

        reader.Skip();
        return null;
    }

    private GatewayError? ReadText(ref Utf8JsonReader reader, string key)
    {
        if (Text is not null)
        {
            return GatewayError.DuplicateKey($"{At}.{key}");
        }

        var written = JsonToken.Range(ref reader);
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            return GatewayError.InvalidType($"{At}.{key}", "a string", JsonKind.Describe(reader.TokenType));
        }

        var source = ImageSource.File;
        if (key != "file_id" && !ImageUrl.TryClassify(reader.ValueSpan, out source))
        {
            if (key != "base64")
            {
                return GatewayError.ImageUrl(part == ImagePart.Field ? At : Part);
            }

            source = ImageSource.Base64;
        }

        Key = written;
        Text = new ImageText(source, new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length), reader.ValueIsEscaped);
        return null;
    }

    private GatewayError? ReadDetail(ref Utf8JsonReader reader)
    {
        if (_detail is not null)
        {
            return GatewayError.DuplicateKey($"{At}.detail");
        }

        reader.Read();
        if (!TryReadDetail(ref reader, out var detail))
        {
            return GatewayError.InvalidValue($"{At}.detail", "expected one of 'auto', 'low', 'high' and 'original'.");
        }

        (_detail, DetailValue) = (detail, JsonToken.Range(ref reader));
        return null;
    }

    internal static bool TryReadDetail(ref Utf8JsonReader reader, out ImageDetail detail)
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
}
