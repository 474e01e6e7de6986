using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Text;

namespace Gateway.Core.Requests.Messages;

/// <summary>
/// Reads content blocks: the size of their text, and where their images are, also those in results of tools and in documents. Blocks of a
/// kind that is not known are text, whatever they hold; one with a source that is not known counts as a document.
/// </summary>
internal sealed class MessagesContentReader(ReadOnlyMemory<byte> body, int maxImages)
{
    private static readonly string[] BlockKeys = ["type", "source", "content", "text", "input", "thinking", "cache_control"];
    private static readonly string[] SourceKeys = ["type", "media_type", "data", "url", "file_id", "content"];
    private static readonly string[] CacheKeys = ["type", "ttl"];

    private readonly List<MessagesImage> _sources = [];
    private TextSize _text;
    private int _message;
    private int _block;

    private enum Kind
    {
        Other,
        Image,
    }

    public TextSize Text => _text;

    public ImageCollector Images { get; } = new(maxImages);

    public IReadOnlyList<MessagesImage> Sources => _sources;

    /// <summary>Where the first document is that is more than text, or null.</summary>
    public string? Document { get; private set; }

    /// <inheritdoc cref="MessagesRequest.LongLivedCache"/>
    public string? LongLivedCache { get; private set; }

    public void AddText(ref Utf8JsonReader reader) => _text += JsonTextSize.Read(ref reader);

    /// <summary><c>system</c>: a text, or blocks of texts alone.</summary>
    public GatewayError? ReadSystem(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        var images = Images.Images.Count;
        return Read(ref reader, "system")
            ?? (Images.Images.Count > images ? GatewayError.InvalidValue(Images.Images[images].Path, "'system' takes texts alone. Send images in messages of the user.") : null);
    }

    /// <summary>A message's <c>content</c>.</summary>
    public GatewayError? ReadMessage(ref Utf8JsonReader reader, int message)
    {
        _message = message;
        return Read(ref reader, prefix: null);
    }

    /// <summary>Notes a lifetime that has another price than five minutes have.</summary>
    public GatewayError? ReadCacheControl(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.InvalidType(path, "an object", JsonKind.Describe(reader.TokenType));
        }

        var seen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("ttl"u8))
            {
                if (seen)
                {
                    return GatewayError.DuplicateKey($"{path}.ttl");
                }

                seen = true;
                reader.Read();
                if (reader.TokenType != JsonTokenType.Null && !(reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("5m"u8)))
                {
                    LongLivedCache ??= $"{path}.ttl";
                }

                reader.Skip();
            }
            else if (!reader.ValueTextEquals("type"u8) && FoldedKey.IsMimic(ref reader, CacheKeys))
            {
                return GatewayError.UnknownParameter($"{path}.{reader.GetString()}");
            }
            else
            {
                reader.Skip();
            }
        }

        return null;
    }

    /// <param name="reader">On the content.</param>
    /// <param name="prefix">Where it stands; null for a message's own.</param>
    private GatewayError? Read(ref Utf8JsonReader reader, string? prefix)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                _text += TextSize.OfJson(reader.ValueSpan);
                return null;
            case JsonTokenType.StartArray:
                break;
            case JsonTokenType.StartObject when prefix is not (null or "system"):
                // A result of a provider's own tool, as it was answered.
                AddText(ref reader);
                return null;
            case JsonTokenType.Null when prefix is not (null or "system"):
                return null;
            default:
                return GatewayError.InvalidType(prefix ?? $"messages[{_message}].content", "a string or an array of objects", JsonKind.Describe(reader.TokenType));
        }

        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            _block = prefix is null ? i : _block;
            var block = new Place(prefix, i);
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return GatewayError.InvalidType(PathOf(block), "an object", JsonKind.Describe(reader.TokenType));
            }

            if (ReadBlock(ref reader, block) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private GatewayError? ReadBlock(ref Utf8JsonReader reader, Place place)
    {
        var (seen, kind, source, images) = (0, default(Kind?), default(MessagesSource?), Images.Images.Count);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = Find(ref reader, BlockKeys);
            if (key is null)
            {
                if (FoldedKey.IsMimic(ref reader, BlockKeys))
                {
                    return GatewayError.UnknownParameter($"{PathOf(place)}.{reader.GetString()}");
                }

                ReadOther(ref reader);
                continue;
            }

            var bit = 1 << Array.IndexOf(BlockKeys, key);
            if ((seen & bit) != 0)
            {
                return GatewayError.DuplicateKey($"{PathOf(place)}.{key}");
            }

            seen |= bit;
            reader.Read();
            GatewayError? error = null;
            switch (key)
            {
                case "type":
                    if (reader.TokenType != JsonTokenType.String)
                    {
                        return GatewayError.InvalidType($"{PathOf(place)}.type", "a string", JsonKind.Describe(reader.TokenType));
                    }

                    kind = KindOf(ref reader);
                    break;
                case "content":
                    error = Read(ref reader, $"{PathOf(place)}.content");
                    break;
                case "source" when reader.TokenType == JsonTokenType.StartObject:
                    error = ReadSource(ref reader, place, out source);
                    break;
                case "cache_control":
                    error = ReadCacheControl(ref reader, $"{PathOf(place)}.cache_control");
                    break;
                default:
                    AddText(ref reader);
                    break;
            }

            if (error is not null)
            {
                return error;
            }
        }

        return Judge(place, kind, source, hasImages: Images.Images.Count > images);
    }

    /// <summary>A block must be read alike by everybody.</summary>
    private GatewayError? Judge(Place place, Kind? kind, MessagesSource? source, bool hasImages)
    {
        if (kind is null)
        {
            return GatewayError.MissingParameter($"{PathOf(place)}.type");
        }

        if (kind != Kind.Image)
        {
            if (source is { IsText: false, HasContent: false })
            {
                Document ??= PathOf(place);
            }

            // One that some provider may read, and that nobody would have counted.
            return source is { DeclaresImage: true } ? GatewayError.InvalidValue($"{PathOf(place)}.type", "expected 'image', as the block holds one.") : null;
        }

        if (source is not { } image)
        {
            return GatewayError.MissingParameter($"{PathOf(place)}.source");
        }

        if (hasImages)
        {
            return GatewayError.InvalidValue(PathOf(place), "expected one image in a block of type 'image'.");
        }

        return Add(place, image);
    }

    private GatewayError? Add(Place place, MessagesSource source)
    {
        var path = $"{PathOf(place)}.source";
        if (source.Type is null)
        {
            return GatewayError.MissingParameter($"{path}.type");
        }

        var (from, name) = source.Type switch
        {
            "base64" => (ImageSource.Base64, "data"),
            "url" => (ImageSource.Remote, "url"),
            "file" => (ImageSource.File, "file_id"),
            _ => (default, null),
        };
        if (name is null)
        {
            return GatewayError.InvalidValue($"{path}.type", "expected one of 'base64', 'url' and 'file'.");
        }

        if (source.Text is not { } text || text.Source != from)
        {
            return GatewayError.MissingParameter($"{path}.{name}");
        }

        if (source.Texts > 1)
        {
            return GatewayError.InvalidValue(path, "expected one of 'data', 'url' and 'file_id', not several.");
        }

        if (from == ImageSource.Base64)
        {
            if (source.MediaType.Length == 0)
            {
                return GatewayError.MissingParameter($"{path}.media_type");
            }

            if (!source.DeclaresImage)
            {
                return GatewayError.ImageMimeType(PathOf(place));
            }
        }

        if (from == ImageSource.Remote && !source.IsHttp)
        {
            return GatewayError.ImageUrl(PathOf(place));
        }

        if (Images.Add(_message, _block, text, ImageDetail.Auto, at: place.Prefix is null ? null : PathOf(place)) is { } error)
        {
            return error;
        }

        _sources.Add(new MessagesImage(source.Object, source.MediaType));
        return null;
    }

    private GatewayError? ReadSource(ref Utf8JsonReader reader, Place place, out MessagesSource? read)
    {
        var source = new MessagesSource();
        read = null;
        var (start, seen) = ((int)reader.TokenStartIndex, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = Find(ref reader, SourceKeys);
            if (key is null)
            {
                if (FoldedKey.IsMimic(ref reader, SourceKeys))
                {
                    return GatewayError.UnknownParameter($"{PathOf(place)}.source.{reader.GetString()}");
                }

                ReadOther(ref reader);
                continue;
            }

            var bit = 1 << Array.IndexOf(SourceKeys, key);
            if ((seen & bit) != 0)
            {
                return GatewayError.DuplicateKey($"{PathOf(place)}.source.{key}");
            }

            seen |= bit;
            reader.Read();
            if (key == "content")
            {
                source.HasContent = true;
                if (Read(ref reader, $"{PathOf(place)}.source.content") is { } error)
                {
                    return error;
                }
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                source.Take(key, ref reader);
            }
            else if (reader.TokenType != JsonTokenType.Null)
            {
                return GatewayError.InvalidType($"{PathOf(place)}.source.{key}", "a string", JsonKind.Describe(reader.TokenType));
            }
        }

        if (source.IsText)
        {
            _text += TextSize.OfJson(source.Data.Of(body.Span));
        }

        source.Object = new ByteRange(start, (int)reader.BytesConsumed - start);
        read = source;
        return null;
    }

    /// <summary>Ids and what only the provider can read are no text of the prompt.</summary>
    private void ReadOther(ref Utf8JsonReader reader)
    {
        var isOpaque = reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("tool_use_id"u8) || reader.ValueTextEquals("signature"u8)
            || reader.ValueTextEquals("data"u8) || reader.ValueTextEquals("encrypted_content"u8) || reader.ValueTextEquals("is_error"u8);
        reader.Read();
        if (isOpaque)
        {
            reader.Skip();
        }
        else
        {
            AddText(ref reader);
        }
    }

    private static string? Find(ref Utf8JsonReader reader, string[] keys)
    {
        foreach (var key in keys)
        {
            if (reader.ValueTextEquals(key))
            {
                return key;
            }
        }

        return null;
    }

    private static Kind KindOf(ref Utf8JsonReader reader) => reader.ValueTextEquals("image"u8) ? Kind.Image : Kind.Other;

    private string PathOf(Place place) => place.Prefix is { } prefix ? $"{prefix}[{place.Index}]" : $"messages[{_message}].content[{place.Index}]";

    /// <param name="Prefix">Of the array that the block is in; null for a message's content.</param>
    /// <param name="Index">Inside of it.</param>
    private readonly record struct Place(string? Prefix, int Index);
}
