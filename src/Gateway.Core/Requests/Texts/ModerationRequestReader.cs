using System.Text.Json;
using Gateway.Core.Errors;

namespace Gateway.Core.Requests.Texts;

/// <summary>The body of <c>/v1/moderations</c>: a text, several, or texts and pictures as parts.</summary>
internal sealed class ModerationRequestReader(ReadOnlyMemory<byte> body, int maxImages) : JsonBodyReader(body)
{
    private const int MostInputs = 2048;

    // As OpenAI documents it.
    private const string UsualModel = "omni-moderation-latest";

    private static readonly string[] Keys = ["input"];
    private static readonly string[] PartKeys = ["type", "text", "image_url"];
    private static readonly string[] UrlKeys = ["url", "detail"];

    private readonly ReadOnlyMemory<byte> _body = body;
    private readonly TextInput _input = new("input", MostInputs, allowsEmpty: true, allowsTokens: false);
    private readonly ImageCollector _images = new(maxImages, "input");

    protected override ReadOnlySpan<string> OwnKeys => Keys;

    protected override string Least => "'input'";

    public ParsedRequest Build() => new()
    {
        Model = Model ?? UsualModel,
        DefaultCompletion = 0,
        Text = _input.Text,
        GivenTokens = _input.Tokens,
        Images = _images.Images,
        Media = new MediaTerms { Kind = MediaKind.Moderation, Characters = CountCharacters() },
        EndUser = EndUser,
        Tags = Tags,
        Parameters = Parameters,
        BodyStart = BodyStart,
    };

    protected override GatewayError? ReadOwn(string key, ref Utf8JsonReader reader)
    {
        var first = reader;
        return reader.TokenType == JsonTokenType.StartArray && first.Read() && first.TokenType == JsonTokenType.StartObject
            ? ReadParts(ref reader)
            : _input.Read(ref reader);
    }

    protected override GatewayError? Judge() => Has("input") ? null : GatewayError.MissingParameter("input");

    private long CountCharacters()
    {
        long characters = _images.Images.Count;
        foreach (var given in _input.Given)
        {
            characters += Math.Max(1, JsonCharacters.CountPoints(given.Range.Of(_body.Span)[1..^1]));
        }

        return characters;
    }

    private GatewayError? ReadParts(ref Utf8JsonReader reader)
    {
        for (var part = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; part++)
        {
            var error = part == MostInputs ? GatewayError.ArrayTooLong("input", MostInputs)
                : reader.TokenType != JsonTokenType.StartObject ? GatewayError.InvalidType($"input[{part}]", "an object", JsonKind.Describe(reader.TokenType))
                : ReadPart(ref reader, part);
            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>A part must be read alike by everybody: it is what its type says, and nothing beside it.</summary>
    private GatewayError? ReadPart(ref Utf8JsonReader reader, int part)
    {
        var at = $"input[{part}]";
        string? type = null;
        var (hasType, hasText, hasImage) = (false, false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            GatewayError? error;
            if (reader.ValueTextEquals("type"u8))
            {
                error = Once(ref hasType, at, "type") ?? ReadType(ref reader, at, out type);
            }
            else if (reader.ValueTextEquals("text"u8))
            {
                error = Once(ref hasText, at, "text") ?? ReadText(ref reader, at);
            }
            else if (reader.ValueTextEquals("image_url"u8))
            {
                error = Once(ref hasImage, at, "image_url") ?? ReadImage(ref reader, part);
            }
            else
            {
                error = FoldedKey.IsMimic(ref reader, PartKeys) ? GatewayError.UnknownParameter($"{at}.{reader.GetString()}") : null;
                reader.Skip();
            }

            if (error is not null)
            {
                return error;
            }
        }

        return !hasType ? GatewayError.MissingParameter($"{at}.type")
            : type is not ("text" or "image_url") ? GatewayError.InvalidValue($"{at}.type", "expected 'text' or 'image_url'.")
            : (type == "text" && !hasText) || (type == "image_url" && !hasImage) ? GatewayError.MissingParameter($"{at}.{type}")
            : hasText && hasImage ? GatewayError.InvalidValue(at, $"expected '{type}' alone, as 'type' says. Send a part for each.")
            : null;
    }

    private static GatewayError? Once(ref bool seen, string at, string name)
    {
        var twice = seen;
        seen = true;
        return twice ? GatewayError.DuplicateKey($"{at}.{name}") : null;
    }

    private static GatewayError? ReadType(ref Utf8JsonReader reader, string at, out string? type)
    {
        reader.Read();
        type = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("text"u8) ? "text"
            : reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("image_url"u8) ? "image_url"
            : null;
        return reader.TokenType == JsonTokenType.String ? null : GatewayError.InvalidType($"{at}.type", "a string", JsonKind.Describe(reader.TokenType));
    }

    private GatewayError? ReadText(ref Utf8JsonReader reader, string at)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String && _input.TryAdd(ref reader) ? null : GatewayError.InvalidType($"{at}.text", "a string", JsonKind.Describe(reader.TokenType));
    }

    private GatewayError? ReadImage(ref Utf8JsonReader reader, int part)
    {
        reader.Read();
        var image = new ImageObjectReader(0, part, "image_url", UrlKeys, ImagePlace.Moderated);
        return image.Read(ref reader) ?? _images.Add(0, part, image.Text!.Value, image.Detail, ImagePlace.Moderated); // Read refuses one without a text.
    }
}
