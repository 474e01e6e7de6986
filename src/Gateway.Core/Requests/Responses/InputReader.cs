using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Text;

namespace Gateway.Core.Requests.Responses;

/// <summary>
/// Reads <c>input</c>: a text, or items of which each may hold text and pictures, in its content or in what a tool gave back. Items of tools
/// that run at the provider are refused: they may hold pictures, and cost what nobody has counted.
/// </summary>
internal sealed class InputReader(ReadOnlyMemory<byte> body, int maxImages)
{
    /// <summary>The most stored items that one request may refer to.</summary>
    public const int MostReferences = 256;

    private const int LongestId = 256;

    private static readonly string[] ItemKeys = ["type", "role", "content", "output", "id", "encrypted_content"];

    private readonly ImageCollector _images = new(maxImages, "input");
    private readonly List<StoredReference> _references = [];
    private InputPartReader? _parts;
    private TextSize _text;
    private Keys _seen;
    private ItemType _type;
    private string? _id;
    private bool _isSelfContained;

    [Flags]
    private enum Keys
    {
        None = 0,
        Type = 1,
        Role = 2,
        Content = 4,
        Output = 8,
        Id = 16,
        EncryptedContent = 32,
    }

    private enum ItemType
    {
        Other,
        Reasoning,
        Reference,
    }

    /// <summary>Items read, a text alone being one.</summary>
    public int Items { get; private set; }

    public TextSize Text => _text + (_parts?.Text ?? default);

    public ImageCollector Images => _images;

    public IReadOnlyList<StoredReference> References => _references;

    /// <inheritdoc cref="InputPartReader.Audio"/>
    public string? Audio => _parts?.Audio;

    /// <inheritdoc cref="InputPartReader.File"/>
    public string? File => _parts?.File;

    private InputPartReader Parts => _parts ??= new InputPartReader(body, _images);

    public GatewayError? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            Items = 1;
            _text += TextSize.OfJson(reader.ValueSpan);
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return GatewayError.InvalidType("input", "a string or an array of objects", JsonKind.Describe(reader.TokenType));
        }

        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; Items++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return GatewayError.InvalidType($"input[{Items}]", "an object", JsonKind.Describe(reader.TokenType));
            }

            if (ReadItem(ref reader) is { } error)
            {
                return error;
            }
        }

        return Items == 0 ? GatewayError.EmptyArray("input") : null;
    }

    private GatewayError? ReadItem(ref Utf8JsonReader reader)
    {
        (_seen, _type, _id, _isSelfContained) = (Keys.None, ItemType.Other, null, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadProperty(ref reader) is { } error)
            {
                return error;
            }
        }

        return _type == ItemType.Reference && _id is null ? GatewayError.MissingParameter($"input[{Items}].id")
            : _type == ItemType.Reference || (_type == ItemType.Reasoning && !_isSelfContained) ? Refer()
            : null;
    }

    private GatewayError? ReadProperty(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("type"u8))
        {
            return Once(Keys.Type, "type") ?? ReadType(ref reader);
        }

        if (reader.ValueTextEquals("content"u8))
        {
            return Once(Keys.Content, "content") ?? ReadParts(ref reader, ImagePlace.Input, "content");
        }

        if (reader.ValueTextEquals("output"u8))
        {
            return Once(Keys.Output, "output") ?? ReadParts(ref reader, ImagePlace.ToolOutput, "output");
        }

        if (reader.ValueTextEquals("id"u8))
        {
            return Once(Keys.Id, "id") ?? ReadId(ref reader);
        }

        if (reader.ValueTextEquals("encrypted_content"u8))
        {
            return Once(Keys.EncryptedContent, "encrypted_content") ?? ReadEncrypted(ref reader);
        }

        if (reader.ValueTextEquals("role"u8))
        {
            // Its token is part of the overhead.
            reader.Skip();
            return Once(Keys.Role, "role");
        }

        if (reader.ValueTextEquals("status"u8) || reader.ValueTextEquals("call_id"u8))
        {
            reader.Skip();
            return null;
        }

        if (FoldedKey.IsMimic(ref reader, ItemKeys))
        {
            return GatewayError.UnknownParameter($"input[{Items}].{reader.GetString()}");
        }

        reader.Read();
        Parts.AddText(ref reader);
        return null;
    }

    private GatewayError? Once(Keys key, string name)
    {
        var twice = _seen.HasFlag(key);
        _seen |= key;
        return twice ? GatewayError.DuplicateKey($"input[{Items}].{name}") : null;
    }

    private GatewayError? ReadType(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            return reader.TokenType == JsonTokenType.Null ? null : GatewayError.InvalidType($"input[{Items}].type", "a string", JsonKind.Describe(reader.TokenType));
        }

        var type = reader.GetString()!;
        _type = type switch
        {
            "reasoning" => ItemType.Reasoning,
            "item_reference" => ItemType.Reference,
            _ => ItemType.Other,
        };
        return _type != ItemType.Other || type is "message" or "function_call" or "function_call_output" or "custom_tool_call" or "custom_tool_call_output"
            ? null
            : GatewayError.InputItem($"input[{Items}].type", type);
    }

    private GatewayError? ReadId(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String when reader.ValueSpan.Length is > 0 and <= LongestId:
                _id = reader.GetString();
                return null;
            case JsonTokenType.String:
                return GatewayError.InvalidValue($"input[{Items}].id", $"expected the id of an item, 1 to {LongestId} bytes long.");
            default:
                return GatewayError.InvalidType($"input[{Items}].id", "a string", JsonKind.Describe(reader.TokenType));
        }
    }

    /// <summary>Reasoning that comes along encrypted is nowhere else.</summary>
    private GatewayError? ReadEncrypted(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
        {
            return GatewayError.InvalidType($"input[{Items}].encrypted_content", "a string", JsonKind.Describe(reader.TokenType));
        }

        _isSelfContained = reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty;
        Parts.AddText(ref reader);
        return null;
    }

    private GatewayError? ReadParts(ref Utf8JsonReader reader, ImagePlace place, string name)
    {
        reader.Read();
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
                return GatewayError.InvalidType($"input[{Items}].{name}", "a string or an array of objects", JsonKind.Describe(reader.TokenType));
        }

        for (var part = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; part++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return GatewayError.InvalidType($"input[{Items}].{name}[{part}]", "an object", JsonKind.Describe(reader.TokenType));
            }

            if (Parts.Read(ref reader, Items, part, place) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>The provider looks up what an id stands for, whatever else the item says: reasoning that is not encrypted as well.</summary>
    private GatewayError? Refer()
    {
        if (_id is not { } id)
        {
            return null;
        }

        if (_references.Count == MostReferences)
        {
            return GatewayError.TooManyReferences(MostReferences);
        }

        _references.Add(new StoredReference(id, $"input[{Items}].id", IsResponse: false));
        return null;
    }
}
