using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Text;

namespace Gateway.Core.Requests.Responses;

/// <summary>
/// Reads one part of an item's content, or of what a tool gave back. A picture comes as <c>input_image</c> with an <c>image_url</c> that is a
/// string, or with the id of an uploaded one, which no provider knows: such a part is rewritten into the first form, and so is an
/// <c>input_file</c> that names a picture.
/// </summary>
internal sealed class InputPartReader(ReadOnlyMemory<byte> body, ImageCollector images)
{
    private static readonly string[] PartKeys = ["type", "text", "image_url", "file_id", "file_data", "file_url", "filename", "detail", "input_audio"];
    private static readonly ReadOnlyMemory<byte> ImageUrlText = "\"image_url\""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> FileIdText = "\"file_id\""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> InputImageText = "\"input_image\""u8.ToArray();

    private Place _at;
    private Keys _seen;
    private Keys _given;
    private Kind _kind;
    private ByteRange _typeValue;
    private ImageText _url;
    private ImageText _fileId;
    private ByteRange _fileIdKey;
    private ByteRange _nullUrlKey;
    private ByteRange _filename;
    private ImageDetail _detail;

    private readonly record struct Place(int Item, int Part, ImagePlace List);

    [Flags]
    private enum Keys
    {
        None = 0,
        Type = 1,
        Text = 2,
        ImageUrl = 4,
        FileId = 8,
        FileData = 16,
        FileUrl = 32,
        Filename = 64,
        Detail = 128,
    }

    private enum Kind
    {
        Other,
        Image,
        File,
    }

    public TextSize Text { get; private set; }

    /// <summary>Where the first audio part stands, or null.</summary>
    public string? Audio { get; private set; }

    /// <summary>Where the first file part that is no uploaded picture stands, or null.</summary>
    public string? File { get; private set; }

    private string Here => new ImagePart(_at.Item, _at.Part, default, default, false, default) { Place = _at.List }.Path;

    public GatewayError? Read(ref Utf8JsonReader reader, int item, int part, ImagePlace list)
    {
        _at = new Place(item, part, list);
        (_seen, _given, _kind, _typeValue) = (Keys.None, Keys.None, Kind.Other, default);
        (_nullUrlKey, _filename, _detail) = (default, default, ImageDetail.Auto);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadProperty(ref reader) is { } error)
            {
                return error;
            }
        }

        return Judge();
    }

    /// <summary>Adds every string and number below the reader's value, whatever its shape: summaries, arguments, what a provider adds.</summary>
    public void AddText(ref Utf8JsonReader reader) => Text += JsonTextSize.Read(ref reader);

    private GatewayError? ReadProperty(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("type"u8))
        {
            return Once(Keys.Type, "type") ?? ReadType(ref reader);
        }

        if (reader.ValueTextEquals("text"u8))
        {
            if (Once(Keys.Text, "text") is { } error)
            {
                return error;
            }

            reader.Read();
            AddText(ref reader);
            return null;
        }

        if (reader.ValueTextEquals("image_url"u8))
        {
            return Once(Keys.ImageUrl, "image_url") ?? ReadImageUrl(ref reader);
        }

        if (reader.ValueTextEquals("file_id"u8))
        {
            return Once(Keys.FileId, "file_id") ?? ReadFileId(ref reader);
        }

        if (reader.ValueTextEquals("file_data"u8))
        {
            return Once(Keys.FileData, "file_data") ?? ReadFileData(ref reader);
        }

        if (reader.ValueTextEquals("file_url"u8))
        {
            reader.Read();
            _given |= reader.TokenType == JsonTokenType.Null ? Keys.None : Keys.FileUrl;
            reader.Skip();
            return Once(Keys.FileUrl, "file_url");
        }

        if (reader.ValueTextEquals("filename"u8))
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            _filename = new ByteRange(start, (int)reader.BytesConsumed - start);
            return Once(Keys.Filename, "filename");
        }

        if (reader.ValueTextEquals("detail"u8))
        {
            reader.Read();
            return Once(Keys.Detail, "detail") ?? (ImageObjectReader.TryReadDetail(ref reader, out _detail)
                ? null
                : GatewayError.InvalidValue($"{Here}.detail", "expected one of 'auto', 'low', 'high' and 'original'."));
        }

        if (reader.ValueTextEquals("input_audio"u8))
        {
            Audio ??= Here;
            reader.Skip();
            return null;
        }

        if (reader.ValueTextEquals("annotations"u8) || reader.ValueTextEquals("logprobs"u8))
        {
            // What came with an earlier answer's text, and is none of it.
            reader.Skip();
            return null;
        }

        if (FoldedKey.IsMimic(ref reader, PartKeys))
        {
            return GatewayError.UnknownParameter($"{Here}.{reader.GetString()}");
        }

        reader.Read();
        AddText(ref reader);
        return null;
    }

    private GatewayError? Once(Keys key, string name)
    {
        var twice = _seen.HasFlag(key);
        _seen |= key;
        return twice ? GatewayError.DuplicateKey($"{Here}.{name}") : null;
    }

    private GatewayError? ReadType(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            _typeValue = JsonToken.Range(ref reader);
            _kind = reader.ValueTextEquals("input_image"u8) ? Kind.Image
                : reader.ValueTextEquals("input_file"u8) ? Kind.File
                : Kind.Other;
        }

        reader.Skip();
        return null;
    }

    private GatewayError? ReadImageUrl(ref Utf8JsonReader reader)
    {
        var key = JsonToken.Range(ref reader);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            _nullUrlKey = key;
            return null;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return GatewayError.InvalidType($"{Here}.image_url", "an image URL", JsonKind.Describe(reader.TokenType));
        }

        if (!ImageUrl.TryClassify(reader.ValueSpan, out var source))
        {
            return GatewayError.ImageUrl(Here);
        }

        _given |= Keys.ImageUrl;
        _url = TextAt(ref reader, source);
        return null;
    }

    private GatewayError? ReadFileId(ref Utf8JsonReader reader)
    {
        _fileIdKey = JsonToken.Range(ref reader);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return GatewayError.InvalidType($"{Here}.file_id", "a string", JsonKind.Describe(reader.TokenType));
        }

        _given |= Keys.FileId;
        _fileId = TextAt(ref reader, ImageSource.File);
        return null;
    }

    private GatewayError? ReadFileData(ref Utf8JsonReader reader)
    {
        reader.Read();
        _given |= reader.TokenType == JsonTokenType.Null ? Keys.None : Keys.FileData;

        // A picture that some providers would read and bill as one, and that nobody would have counted.
        if (reader.TokenType == JsonTokenType.String && DataUri.TryParse(reader.ValueSpan, reader.ValueIsEscaped, out var uri) && uri.DeclaresImage)
        {
            return GatewayError.InvalidValue($"{Here}.file_data", "expected a document. Send a picture as 'input_image'.");
        }

        reader.Skip();
        return null;
    }

    private static ImageText TextAt(ref Utf8JsonReader reader, ImageSource source) =>
        new(source, new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length), reader.ValueIsEscaped);

    /// <summary>A part must be read alike by everybody: one picture or file at most, and a type that says which.</summary>
    private GatewayError? Judge()
    {
        switch (_kind)
        {
            case Kind.Image:
                return _given switch
                {
                    Keys.ImageUrl => images.Add(_at.Item, _at.Part, _url, _detail, _at.List),
                    Keys.FileId => Replace(),
                    Keys.None => GatewayError.MissingParameter($"{Here}.image_url"),
                    _ => GatewayError.InvalidValue(Here, "expected one of 'image_url' and 'file_id', not several."),
                };
            case Kind.File:
                if (_given is Keys.FileData or Keys.FileUrl)
                {
                    File ??= Here;
                    return null;
                }

                return _given switch
                {
                    Keys.FileId => Replace(),
                    Keys.None => GatewayError.MissingParameter($"{Here}.file_id"),
                    _ => GatewayError.InvalidValue(Here, "expected one of 'file_id', 'file_data' and 'file_url', not several."),
                };
            default:
                return _given == Keys.None ? null
                    : GatewayError.InvalidValue($"{Here}.type", $"expected '{(_given.HasFlag(Keys.ImageUrl) ? "input_image" : "input_file")}', as the part holds one.");
        }
    }

    /// <summary>The picture itself goes where its id stands.</summary>
    private GatewayError? Replace()
    {
        images.Edit(_fileIdKey, ImageUrlText);
        if (_nullUrlKey.Length > 0)
        {
            // The two change names: what is null stays null.
            images.Edit(_nullUrlKey, FileIdText);
        }

        if (_kind == Kind.File)
        {
            images.Edit(_typeValue, InputImageText);
            if (_filename.Length > 0)
            {
                images.Edit(JsonProperty.WithComma(body.Span, _filename), default);
            }
        }

        return images.Add(_at.Item, _at.Part, _fileId, _detail, _at.List);
    }
}
