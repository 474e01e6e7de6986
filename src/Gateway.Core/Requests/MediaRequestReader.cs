using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Text;

namespace Gateway.Core.Requests;

/// <summary>
/// Reads the body of a request about images or audio in one pass. As of a chat body, what a provider could read otherwise than the gateway did is refused.
/// </summary>
internal sealed class MediaRequestReader
{
    /// <summary>OpenAI's bound of the text that is spoken at once, in code points.</summary>
    public const int LongestSpeech = 4096;

    private const int LongestWord = 64;
    private const int MostImages = 10;
    private const int MostPartialImages = 3;

    private static readonly string[] Known =
        ["model", "prompt", "input", "instructions", "n", "size", "quality", "stream", "stream_format", "partial_images", "response_format", "input_fidelity", "images", "mask", "user"];

    private static readonly string[] ImageKeys = ["image_url", "file_id"];

    private readonly ReadOnlyMemory<byte> _body;
    private readonly MediaKind _kind;
    private readonly int _maxImages;
    private readonly List<TopLevelParameter> _parameters = new(8);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<ImagePart> _images = [];
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);
    private RequestLabels? _labels;
    private string? _model;
    private TextSize _text;
    private long _characters;
    private long _n = 1;
    private long _partialImages;
    private bool _stream;

    private MediaRequestReader(ReadOnlyMemory<byte> body, MediaKind kind, int maxImages) => (_body, _kind, _maxImages) = (body, kind, maxImages);

    /// <param name="body">The whole body, or the fields of a form as JSON.</param>
    /// <param name="kind">What is asked for.</param>
    /// <param name="required">The field that must be there beside the model, or null.</param>
    /// <param name="maxImages">The most images in one request.</param>
    /// <param name="request">What was read.</param>
    /// <param name="error">Why it was refused: always a 400 that names the field.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> body, MediaKind kind, string? required, int maxImages, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error)
    {
        request = null;
        if (body.IsEmpty)
        {
            error = GatewayError.EmptyBody();
            return false;
        }

        if (!Utf8.IsValid(body.Span))
        {
            error = GatewayError.InvalidUtf8();
            return false;
        }

        var read = new MediaRequestReader(body, kind, maxImages);
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        try
        {
            error = read.Read(ref reader, required);
        }
        catch (JsonException)
        {
            error = reader.CurrentDepth >= RequestReader.MaxDepth - 1 ? GatewayError.TooDeep(RequestReader.MaxDepth) : GatewayError.InvalidJson();
        }
        catch (InvalidOperationException)
        {
            // An escaped string that is no text, such as a lone surrogate.
            error = GatewayError.InvalidJson();
        }

        request = error is null ? read.Build((int)reader.BytesConsumed) : null;
        return error is null;
    }

    private GatewayError? Read(ref Utf8JsonReader reader, string? required)
    {
        if (!reader.Read())
        {
            return GatewayError.EmptyBody();
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.BodyNotObject(JsonKind.Describe(reader.TokenType));
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadParameter(ref reader) is { } error)
            {
                return error;
            }
        }

        // Reading on makes anything behind the object an error.
        reader.Read();
        return _model is null ? GatewayError.MissingParameter("model")
            : required is not null && !_seen.Contains(required) ? GatewayError.MissingParameter(required)
            : _stream && _n > 1 ? GatewayError.InvalidValue("n", "a stream brings one image. Ask for one, or without 'stream'.")
            : null;
    }

    private ParsedRequest Build(int end) => new()
    {
        Model = _model!, // Read refuses a body without one.
        Stream = _kind == MediaKind.Speech ? Word("stream_format") == "sse" : _stream,
        N = (int)_n,
        Text = _text,
        Images = Word("input_fidelity") == "high" ? [.. _images.Select(static image => image with { Detail = ImageDetail.High })] : _images,
        EndUser = _labels?.EndUser,
        Parameters = _parameters,
        BodyStart = Math.Min(end, _body.Span.IndexOf((byte)'{') + 1),
        Media = new MediaTerms
        {
            Kind = _kind,
            Images = _kind == MediaKind.Images ? (int)_n : 0,
            PartialImages = (int)_partialImages,
            Size = Word("size"),
            Quality = Word("quality"),
            Characters = _characters,
            ResponseFormat = Word("response_format"),
        },
    };

    private string? Word(string name) => _words.GetValueOrDefault(name);

    private GatewayError? ReadParameter(ref Utf8JsonReader reader)
    {
        if (_parameters.Count == RequestReader.MaxParameters)
        {
            return GatewayError.TooManyParameters(RequestReader.MaxParameters);
        }

        var start = (int)reader.TokenStartIndex;
        var name = reader.GetString()!; // A property has a name.
        var utf8 = reader.ValueIsEscaped ? System.Text.Encoding.UTF8.GetBytes(name) : _body.Slice(start + 1, reader.ValueSpan.Length);
        var isKnown = Array.IndexOf(Known, name) >= 0;
        if (isKnown && !_seen.Add(name))
        {
            return GatewayError.DuplicateKey(name);
        }

        if (!isKnown && FoldedKey.IsMimic(utf8.Span, Known))
        {
            return GatewayError.UnknownParameter(name);
        }

        reader.Read();
        var valueStart = (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.Null && name is not ("model" or "prompt" or "input"))
        {
            _seen.Remove(name);
        }
        else if (ReadValue(name, ref reader) is { } error)
        {
            return error;
        }

        _parameters.Add(new TopLevelParameter(utf8, start, new ByteRange(valueStart, (int)reader.BytesConsumed - valueStart)));
        return null;
    }

    private GatewayError? ReadValue(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "model":
                return RequestValue.Model(ref reader, out _model);
            case "prompt" or "instructions":
                return ReadText(ref reader, name);
            case "input":
                return ReadText(ref reader, name) ?? CountCharacters(ref reader);
            case "n":
                return ReadNumber(ref reader, name, 1, MostImages, out _n);
            case "partial_images":
                return ReadNumber(ref reader, name, 0, MostPartialImages, out _partialImages);
            case "stream" when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                _stream = reader.TokenType == JsonTokenType.True;
                return null;
            case "stream":
                return GatewayError.InvalidType(name, "a boolean", JsonKind.Describe(reader.TokenType));
            case "size" or "quality" or "response_format" or "stream_format" or "input_fidelity":
                return ReadWord(ref reader, name);
            case "user":
                return (_labels ??= new RequestLabels()).ReadUser(ref reader);
            case "images" when _kind == MediaKind.Images:
                return ReadImages(ref reader);
            case "mask" when reader.TokenType == JsonTokenType.StartObject:
                return ReadImage(ref reader, ImagePlace.Mask, 0);
            default:
                reader.Skip();
                return null;
        }
    }

    private GatewayError? ReadText(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return GatewayError.InvalidType(name, "a string", JsonKind.Describe(reader.TokenType));
        }

        _text += TextSize.OfJson(reader.ValueSpan);
        return null;
    }

    private GatewayError? CountCharacters(ref Utf8JsonReader reader)
    {
        // So long that it is too long whatever it holds: no string is made of it.
        if (reader.ValueSpan.Length <= LongestSpeech * 12)
        {
            foreach (var _ in reader.GetString()!.EnumerateRunes())
            {
                _characters++;
            }
        }
        else
        {
            _characters = reader.ValueSpan.Length / 12;
        }

        return _characters > LongestSpeech ? GatewayError.StringTooLong("input", LongestSpeech, (int)_characters)
            : _characters == 0 ? GatewayError.InvalidValue("input", "it is empty. Send the text to be spoken.")
            : null;
    }

    private static GatewayError? ReadNumber(ref Utf8JsonReader reader, string name, long least, long most, out long number)
    {
        number = least;
        return reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out number)
            ? GatewayError.InvalidType(name, "an integer", reader.TokenType == JsonTokenType.Number ? "a number that is none" : JsonKind.Describe(reader.TokenType))
            : number < least || number > most ? GatewayError.InvalidValue(name, $"expected an integer from {least} to {most}, but got {number}.")
            : null;
    }

    private GatewayError? ReadWord(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > LongestWord)
        {
            return GatewayError.InvalidType(name, "a short string", JsonKind.Describe(reader.TokenType));
        }

        _words[name] = reader.GetString()!;
        return null;
    }

    private GatewayError? ReadImages(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return GatewayError.InvalidType("images", "an array", JsonKind.Describe(reader.TokenType));
        }

        var index = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if ((index == _maxImages ? GatewayError.TooManyImages(_maxImages) : ReadImage(ref reader, ImagePlace.Edited, index++)) is { } error)
            {
                return error;
            }
        }

        return index == 0 ? GatewayError.EmptyArray("images") : null;
    }

    private GatewayError? ReadImage(ref Utf8JsonReader reader, ImagePlace place, int index)
    {
        var at = new ImagePart(index, 0, ImageSource.DataUrl, default, false, ImageDetail.Low) { Place = place }.Path;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.InvalidType(at, "an object", JsonKind.Describe(reader.TokenType));
        }

        ImagePart? found = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("file_id"u8))
            {
                return GatewayError.InvalidValue($"{at}.file_id", "uploaded files are not taken here. Send 'image_url' with a data URL, or the file as multipart/form-data.");
            }

            if (!reader.ValueTextEquals("image_url"u8))
            {
                if (FoldedKey.IsMimic(ref reader, ImageKeys))
                {
                    return GatewayError.UnknownParameter($"{at}.{reader.GetString()}");
                }

                reader.Skip();
                continue;
            }

            reader.Read();
            if (found is not null)
            {
                return GatewayError.DuplicateKey($"{at}.image_url");
            }

            if (reader.TokenType != JsonTokenType.String)
            {
                return GatewayError.InvalidType($"{at}.image_url", "a string", JsonKind.Describe(reader.TokenType));
            }

            if (!ImageUrl.TryClassify(reader.ValueSpan, out var source) || source == ImageSource.File)
            {
                return GatewayError.ImageUrl(at);
            }

            found = new ImagePart(index, 0, source, new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length), reader.ValueIsEscaped, ImageDetail.Low) { Place = place };
        }

        if (found is { } image)
        {
            _images.Add(image);
            return null;
        }

        return GatewayError.MissingParameter($"{at}.image_url");
    }
}
