using System.Text;
using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Text;

namespace Gateway.Core.Requests.Messages;

/// <summary>The outermost object of a Messages body; <see cref="MessagesContentReader"/> reads what the messages hold.</summary>
internal sealed class MessagesRequestBuilder(ReadOnlyMemory<byte> body, int maxImages, bool forCount)
{
    private static readonly string[] Known =
    [
        "model", "messages", "max_tokens", "system", "stream", "tools", "metadata", "service_tier", "thinking", "cache_control",
        "mcp_servers", "container", "speed", "inference_geo",
    ];

    private static readonly string[] MessageKeys = ["role", "content"];
    private static readonly string[] MetadataKeys = ["user_id"];
    private static readonly string[] ThinkingKeys = ["type"];

    private readonly List<TopLevelParameter> _parameters = new(8);
    private readonly MessagesContentReader _content = new(body, maxImages);
    private Keys _seen;
    private string? _model;
    private string? _endUser;
    private bool _stream;
    private bool _wantsThinking;
    private long? _maxTokens;
    private int _messages;
    private int _bodyStart;
    private TextSize _definitions;

    [Flags]
    private enum Keys
    {
        None = 0,
        Model = 1,
        Messages = 2,
        MaxTokens = 4,
        System = 8,
        Stream = 16,
        Tools = 32,
        Metadata = 64,
        ServiceTier = 128,
        Thinking = 256,
        CacheControl = 512,
    }

    public GatewayError? Read(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return GatewayError.EmptyBody();
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.BodyNotObject(JsonKind.Describe(reader.TokenType));
        }

        _bodyStart = (int)reader.BytesConsumed;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadParameter(ref reader) is { } error)
            {
                return error;
            }
        }

        // Reading on makes anything behind the object an error.
        reader.Read();
        return !_seen.HasFlag(Keys.Model) ? GatewayError.MissingParameter("model")
            : !_seen.HasFlag(Keys.Messages) ? GatewayError.MissingParameter("messages")
            : _maxTokens is null && !forCount ? GatewayError.MissingParameter("max_tokens")
            : null;
    }

    public MessagesRequest Build() => new()
    {
        Model = _model!, // Read refuses a body without one.
        Stream = _stream,
        MaxTokens = _maxTokens,
        Messages = _messages,
        Text = _content.Text + _definitions,
        Images = _content.Images.Images,
        Sources = _content.Sources,
        EndUser = _endUser,
        File = _content.Document,
        LongLivedCache = _content.LongLivedCache,
        WantsThinking = _wantsThinking,
        Parameters = _parameters,
        BodyStart = _bodyStart,
    };

    private GatewayError? ReadParameter(ref Utf8JsonReader reader)
    {
        if (_parameters.Count == RequestReader.MaxParameters)
        {
            return GatewayError.TooManyParameters(RequestReader.MaxParameters);
        }

        var start = (int)reader.TokenStartIndex;
        var name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : body.Slice(start + 1, reader.ValueSpan.Length);
        reader.Read();
        var valueStart = (int)reader.TokenStartIndex;
        if (ReadValue(name.Span, ref reader) is { } error)
        {
            return error;
        }

        _parameters.Add(new TopLevelParameter(name, start, new ByteRange(valueStart, (int)reader.BytesConsumed - valueStart)));
        return null;
    }

    private GatewayError? ReadValue(ReadOnlySpan<byte> name, ref Utf8JsonReader reader)
    {
        if (name.SequenceEqual("model"u8))
        {
            return Once(Keys.Model, "model") ?? RequestValue.Model(ref reader, out _model);
        }

        if (name.SequenceEqual("messages"u8))
        {
            return Once(Keys.Messages, "messages") ?? ReadMessages(ref reader);
        }

        if (name.SequenceEqual("max_tokens"u8))
        {
            return Once(Keys.MaxTokens, "max_tokens") ?? RequestValue.Number(ref reader, "max_tokens", 1, long.MaxValue >> 16, out _maxTokens);
        }

        if (name.SequenceEqual("system"u8))
        {
            return Once(Keys.System, "system") ?? _content.ReadSystem(ref reader);
        }

        if (name.SequenceEqual("stream"u8))
        {
            return Once(Keys.Stream, "stream") ?? RequestValue.Flag(ref reader, "stream", out _stream);
        }

        if (name.SequenceEqual("tools"u8))
        {
            var tools = new MessagesToolReader(body, _content);
            return Once(Keys.Tools, "tools") ?? tools.Read(ref reader, ref _definitions);
        }

        if (name.SequenceEqual("metadata"u8))
        {
            return Once(Keys.Metadata, "metadata") ?? ReadMetadata(ref reader);
        }

        if (name.SequenceEqual("thinking"u8))
        {
            return Once(Keys.Thinking, "thinking") ?? ReadThinking(ref reader);
        }

        if (name.SequenceEqual("service_tier"u8))
        {
            return Once(Keys.ServiceTier, "service_tier") ?? ReadUnpriced(ref reader, "service_tier", "auto", "standard_only");
        }

        if (name.SequenceEqual("cache_control"u8))
        {
            return Once(Keys.CacheControl, "cache_control") ?? _content.ReadCacheControl(ref reader, "cache_control");
        }

        return ReadOther(name, ref reader);
    }

    private GatewayError? ReadOther(ReadOnlySpan<byte> name, ref Utf8JsonReader reader)
    {
        // What runs at the provider, faster, or where it costs more: no card has a price for any of it.
        if (name.SequenceEqual("mcp_servers"u8) || name.SequenceEqual("container"u8))
        {
            var isNull = reader.TokenType == JsonTokenType.Null;
            reader.Skip();
            return isNull ? null : GatewayError.UnsupportedParameter(Encoding.UTF8.GetString(name));
        }

        if (name.SequenceEqual("speed"u8))
        {
            return ReadUnpriced(ref reader, "speed", "standard", "standard");
        }

        if (name.SequenceEqual("inference_geo"u8))
        {
            return ReadUnpriced(ref reader, "inference_geo", "global", "global");
        }

        if (FoldedKey.IsMimic(name, Known))
        {
            return GatewayError.UnknownParameter(Encoding.UTF8.GetString(name));
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        if (name.SequenceEqual("output_config"u8) || name.SequenceEqual("output_format"u8))
        {
            _definitions += TextSize.OfJson(body.Span[start..(int)reader.BytesConsumed]);
        }

        return null;
    }

    private GatewayError? Once(Keys key, string path)
    {
        var twice = _seen.HasFlag(key);
        _seen |= key;
        return twice ? GatewayError.DuplicateKey(path) : null;
    }

    /// <summary>What has another price than the card's, but for the two values that have none.</summary>
    private static GatewayError? ReadUnpriced(ref Utf8JsonReader reader, string path, string first, string second)
    {
        var isPriced = reader.TokenType == JsonTokenType.Null
            || (reader.TokenType == JsonTokenType.String && (reader.ValueTextEquals(first) || reader.ValueTextEquals(second)));
        reader.Skip();
        return isPriced ? null : GatewayError.UnsupportedParameter(path);
    }

    private GatewayError? ReadMessages(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return GatewayError.InvalidType("messages", "an array of objects", JsonKind.Describe(reader.TokenType));
        }

        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; _messages++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return GatewayError.InvalidType($"messages[{_messages}]", "an object", JsonKind.Describe(reader.TokenType));
            }

            if (ReadMessage(ref reader) is { } error)
            {
                return error;
            }
        }

        return _messages == 0 ? GatewayError.EmptyArray("messages") : null;
    }

    private GatewayError? ReadMessage(ref Utf8JsonReader reader)
    {
        var (role, content) = (false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("role"u8))
            {
                if (role)
                {
                    return GatewayError.DuplicateKey($"messages[{_messages}].role");
                }

                role = true;
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                {
                    return GatewayError.InvalidType($"messages[{_messages}].role", "a string", JsonKind.Describe(reader.TokenType));
                }

                if (!reader.ValueTextEquals("user"u8) && !reader.ValueTextEquals("assistant"u8) && !reader.ValueTextEquals("system"u8))
                {
                    return GatewayError.InvalidValue($"messages[{_messages}].role", "expected 'user' or 'assistant'. Instructions go into 'system', results of tools into 'tool_result' blocks of the user.");
                }
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                if (content)
                {
                    return GatewayError.DuplicateKey($"messages[{_messages}].content");
                }

                content = true;
                reader.Read();
                if (_content.ReadMessage(ref reader, _messages) is { } error)
                {
                    return error;
                }
            }
            else if (FoldedKey.IsMimic(ref reader, MessageKeys))
            {
                return GatewayError.UnknownParameter($"messages[{_messages}].{reader.GetString()}");
            }
            else
            {
                reader.Read();
                _content.AddText(ref reader);
            }
        }

        return !role ? GatewayError.MissingParameter($"messages[{_messages}].role")
            : !content ? GatewayError.MissingParameter($"messages[{_messages}].content")
            : null;
    }

    private GatewayError? ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.InvalidType("metadata", "an object", JsonKind.Describe(reader.TokenType));
        }

        var seen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("user_id"u8))
            {
                if (seen)
                {
                    return GatewayError.DuplicateKey("metadata.user_id");
                }

                seen = true;
                reader.Read();
                if (RequestLabels.ReadName(ref reader, "metadata.user_id", out _endUser) is { } error)
                {
                    return error;
                }

                reader.Skip();
            }
            else if (FoldedKey.IsMimic(ref reader, MetadataKeys))
            {
                return GatewayError.UnknownParameter($"metadata.{reader.GetString()}");
            }
            else
            {
                reader.Skip();
            }
        }

        return null;
    }

    private GatewayError? ReadThinking(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.InvalidType("thinking", "an object", JsonKind.Describe(reader.TokenType));
        }

        var seen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                if (seen)
                {
                    return GatewayError.DuplicateKey("thinking.type");
                }

                seen = true;
                reader.Read();
                _wantsThinking = reader.TokenType == JsonTokenType.String && (reader.ValueTextEquals("enabled"u8) || reader.ValueTextEquals("adaptive"u8));
                if (!_wantsThinking && !(reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("disabled"u8)))
                {
                    return GatewayError.InvalidValue("thinking.type", "expected one of 'enabled', 'adaptive' and 'disabled'.");
                }
            }
            else if (FoldedKey.IsMimic(ref reader, ThinkingKeys))
            {
                return GatewayError.UnknownParameter($"thinking.{reader.GetString()}");
            }
            else
            {
                reader.Skip();
            }
        }

        return seen ? null : GatewayError.MissingParameter("thinking.type");
    }
}
