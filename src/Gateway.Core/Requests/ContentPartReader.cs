using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Text;

namespace Gateway.Core.Requests;

/// <summary>
/// Reads one part of a message's content. A picture may come as <c>image_url</c>, <c>image_file</c>, or a <c>file</c> that names an
/// uploaded one; the latter two are not known to every provider, and are rewritten into the first.
/// </summary>
internal sealed class ContentPartReader(ReadOnlyMemory<byte> body, ImageCollector images)
{
    private static readonly string[] PartKeys = ["type", "text", "image_url", "image_file", "input_audio", "file"];
    private static readonly string[] UrlKeys = ["url", "detail"];
    private static readonly string[] FileIdKeys = ["file_id", "detail"];
    private static readonly string[] FileKeys = ["file_id", "file_data", "filename"];
    private static readonly ReadOnlyMemory<byte> ImageUrlText = "\"image_url\""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> UrlText = "\"url\""u8.ToArray();

    private int _message;
    private int _part;
    private Keys _seen;
    private Keys _type;
    private ByteRange _typeValue;

    [Flags]
    private enum Keys
    {
        None = 0,
        Type = 1,
        Text = 2,
        ImageUrl = 4,
        ImageFile = 8,
        File = 16,
        StoredFile = 32,
    }

    public TextSize Text { get; private set; }

    /// <summary>Where the first audio part stands, or null.</summary>
    public string? Audio { get; private set; }

    /// <summary>Where the first file part that is no uploaded picture stands, or null.</summary>
    public string? File { get; private set; }

    private string Here => $"messages[{_message}].content[{_part}]";

    public GatewayError? Read(ref Utf8JsonReader reader, int message, int part)
    {
        (_message, _part, _seen, _type, _typeValue) = (message, part, Keys.None, Keys.None, default);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadProperty(ref reader) is { } error)
            {
                return error;
            }
        }

        return Judge();
    }

    /// <summary>Adds every string and number below the reader's value, whatever its shape: tool calls, refusals, what a provider adds.</summary>
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

        if (reader.ValueTextEquals("image_file"u8))
        {
            return Once(Keys.ImageFile, "image_file") ?? ReadImageFile(ref reader);
        }

        if (reader.ValueTextEquals("file"u8))
        {
            return Once(Keys.File, "file") ?? ReadFile(ref reader);
        }

        if (reader.ValueTextEquals("input_audio"u8))
        {
            Audio ??= Here;
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
            _type = reader.ValueTextEquals("image_url"u8) ? Keys.ImageUrl
                : reader.ValueTextEquals("image_file"u8) ? Keys.ImageFile
                : reader.ValueTextEquals("file"u8) ? Keys.File
                : Keys.None;
        }

        reader.Skip();
        return null;
    }

    private GatewayError? ReadImageUrl(ref Utf8JsonReader reader)
    {
        reader.Read();
        var image = new ImageObjectReader(_message, _part, "image_url", UrlKeys);
        return image.Read(ref reader) ?? images.Add(_message, _part, image.Text!.Value, image.Detail); // Read refuses one without a text.
    }

    private GatewayError? ReadImageFile(ref Utf8JsonReader reader)
    {
        var key = JsonToken.Range(ref reader);
        reader.Read();
        var image = new ImageObjectReader(_message, _part, "image_file", FileIdKeys);
        if ((image.Read(ref reader) ?? images.Add(_message, _part, image.Text!.Value, image.Detail)) is { } error)
        {
            return error;
        }

        images.Edit(key, ImageUrlText);
        images.Edit(image.Key, UrlText);
        return null;
    }

    /// <summary>A file that is named is an uploaded picture; one that comes along is the provider's to read.</summary>
    private GatewayError? ReadFile(ref Utf8JsonReader reader)
    {
        var key = JsonToken.Range(ref reader);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            File ??= Here;
            reader.Skip();
            return null;
        }

        var (id, data, name) = (default((ByteRange Key, ImageText Text)?), false, default(ByteRange?));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var property = JsonToken.Range(ref reader);
            if (reader.ValueTextEquals("file_id"u8))
            {
                reader.Read();
                if (id is not null)
                {
                    return GatewayError.DuplicateKey($"{Here}.file.file_id");
                }

                if (reader.TokenType != JsonTokenType.String)
                {
                    return GatewayError.InvalidType($"{Here}.file.file_id", "a string", JsonKind.Describe(reader.TokenType));
                }

                id = (property, new ImageText(ImageSource.File, new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length), reader.ValueIsEscaped));
            }
            else if (reader.ValueTextEquals("filename"u8))
            {
                if (name is not null)
                {
                    return GatewayError.DuplicateKey($"{Here}.file.filename");
                }

                reader.Skip();
                name = new ByteRange(property.Start, (int)reader.BytesConsumed - property.Start);
            }
            else if (reader.ValueTextEquals("file_data"u8) || !FoldedKey.IsMimic(ref reader, FileKeys))
            {
                var isData = reader.ValueTextEquals("file_data"u8);
                data |= isData;
                reader.Read();

                // A picture that some providers would read and bill as one, and that nobody would have counted.
                if (isData && reader.TokenType == JsonTokenType.String
                    && DataUri.TryParse(reader.ValueSpan, reader.ValueIsEscaped, out var uri) && uri.DeclaresImage)
                {
                    return GatewayError.InvalidValue($"{Here}.file.file_data", "expected a document. Send a picture as 'image_url'.");
                }

                reader.Skip();
            }
            else
            {
                return GatewayError.UnknownParameter($"{Here}.file.{reader.GetString()}");
            }
        }

        if (id is not { } file)
        {
            File ??= Here;
            return null;
        }

        if (data)
        {
            return GatewayError.InvalidValue($"{Here}.file", "expected either 'file_id' or 'file_data', not both.");
        }

        _seen |= Keys.StoredFile;
        images.Edit(key, ImageUrlText);
        images.Edit(file.Key, UrlText);
        if (name is { } filename)
        {
            var removed = JsonProperty.WithComma(body.Span, filename);
            images.Edit(removed, default);
        }

        return images.Add(_message, _part, file.Text, default);
    }

    /// <summary>A part must be read alike by everybody: one picture at most, and a type that says which.</summary>
    private GatewayError? Judge()
    {
        var given = _seen & (Keys.ImageUrl | Keys.ImageFile | Keys.StoredFile);
        if (given is not (Keys.None or Keys.ImageUrl or Keys.ImageFile or Keys.StoredFile))
        {
            return GatewayError.InvalidValue(Here, "expected one of 'image_url', 'image_file' and 'file', not several.");
        }

        if (_type == Keys.ImageUrl && given != Keys.ImageUrl)
        {
            return GatewayError.MissingParameter($"{Here}.image_url");
        }

        if (_type == Keys.ImageFile && given != Keys.ImageFile)
        {
            return GatewayError.MissingParameter($"{Here}.image_file");
        }

        if ((given == Keys.ImageFile && _type != Keys.ImageFile) || (given == Keys.StoredFile && _type != Keys.File))
        {
            return GatewayError.InvalidValue($"{Here}.type", $"expected '{(given == Keys.ImageFile ? "image_file" : "file")}', as the part holds one.");
        }

        if (given is Keys.ImageFile or Keys.StoredFile)
        {
            images.Edit(_typeValue, ImageUrlText);
        }

        return null;
    }
}
