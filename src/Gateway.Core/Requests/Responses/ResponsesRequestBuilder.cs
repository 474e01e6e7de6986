using System.Text;
using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Text;

namespace Gateway.Core.Requests.Responses;

/// <summary>The outermost object of a response's request; <see cref="InputReader"/> reads the items inside.</summary>
internal sealed class ResponsesRequestBuilder(ReadOnlyMemory<byte> body, int maxImages)
{
    private const int LongestId = 256;
    private const int LeastOutput = 16;
    private const long MostOutput = long.MaxValue >> 16;

    private static readonly string[] ToolKeys = ["type"];
    private static readonly string[] Known =
    [
        "model", "input", "stream", "stream_options", "max_output_tokens", "instructions", "tools", "previous_response_id", "conversation", "background",
        "service_tier", "store", "prompt", "text",
    ];

    private readonly List<TopLevelParameter> _parameters = new(8);
    private readonly InputReader _input = new(body, maxImages);
    private readonly RequestLabels _labels = new();
    private Keys _seen;
    private string? _model;
    private bool _stream;
    private bool _store = true;
    private bool _hasInstructions;
    private string? _previous;
    private long? _maxOutput;
    private int _bodyStart;
    private TextSize _definitions;

    [Flags]
    private enum Keys
    {
        None = 0,
        Model = 1,
        Input = 2,
        Stream = 4,
        StreamOptions = 8,
        MaxOutputTokens = 16,
        Instructions = 32,
        Tools = 64,
        Text = 128,
        PreviousResponse = 256,
        Conversation = 512,
        Background = 1024,
        ServiceTier = 2048,
        Store = 4096,
        Prompt = 8192,
        User = 16384,
        SafetyIdentifier = 32768,
        Metadata = 65536,
    }

    public GatewayError? Read(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return GatewayError.EmptyBody("'model' and 'input'");
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
            : !_seen.HasFlag(Keys.Input) && _previous is null ? GatewayError.MissingParameter("input")
            : null;
    }

    public ParsedRequest Build() => new()
    {
        Model = _model!, // Read refuses a body without one.
        Stream = _stream,
        StreamOptions = new StreamOptions(default, false, false, default, IncludeUsage: true),
        MaxCompletionTokens = _maxOutput,
        Messages = _input.Items + (_hasInstructions ? 1 : 0),
        Text = _input.Text + _definitions,
        Images = _input.Images.Images,
        ImageEdits = _input.Images.Edits,
        EndUser = _labels.EndUser,
        Tags = _labels.Tags,
        Audio = _input.Audio,
        File = _input.File,
        References = _previous is { } id ? [new StoredReference(id, "previous_response_id", IsResponse: true), .. _input.References] : _input.References,
        Store = _store,
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
        if (ReadValue(Encoding.UTF8.GetString(name.Span), ref reader) is { } error)
        {
            return error;
        }

        _parameters.Add(new TopLevelParameter(name, start, new ByteRange(valueStart, (int)reader.BytesConsumed - valueStart)));
        return null;
    }

    private GatewayError? ReadValue(string name, ref Utf8JsonReader reader) => name switch
    {
        "model" => Once(Keys.Model, name) ?? RequestValue.Model(ref reader, out _model),
        "input" => Once(Keys.Input, name) ?? _input.Read(ref reader),
        "stream" => Once(Keys.Stream, name) ?? RequestValue.Flag(ref reader, name, out _stream),
        "stream_options" => Once(Keys.StreamOptions, name) ?? ReadObject(ref reader, name),
        "max_output_tokens" => Once(Keys.MaxOutputTokens, name) ?? ReadMaximum(ref reader),
        "instructions" => Once(Keys.Instructions, name) ?? ReadInstructions(ref reader),
        "tools" => Once(Keys.Tools, name) ?? ReadTools(ref reader),
        "text" => Once(Keys.Text, name) ?? ReadDefinitions(ref reader, name),
        "previous_response_id" => Once(Keys.PreviousResponse, name) ?? ReadPrevious(ref reader),
        "conversation" => Once(Keys.Conversation, name) ?? ReadConversation(ref reader),
        "background" => Once(Keys.Background, name) ?? ReadBackground(ref reader),
        "service_tier" => Once(Keys.ServiceTier, name) ?? RequestValue.ServiceTier(ref reader),
        "store" => Once(Keys.Store, name) ?? ReadStore(ref reader),
        "prompt" => Once(Keys.Prompt, name) ?? ReadPrompt(ref reader),
        "user" => Once(Keys.User, name) ?? _labels.ReadUser(ref reader),
        "safety_identifier" => Once(Keys.SafetyIdentifier, name) ?? _labels.ReadSafetyIdentifier(ref reader),
        "metadata" => Once(Keys.Metadata, name) ?? _labels.ReadTags(ref reader),
        _ => ReadOther(name, ref reader),
    };

    private static GatewayError? ReadOther(string name, ref Utf8JsonReader reader)
    {
        if (FoldedKey.IsMimic(Encoding.UTF8.GetBytes(name), Known))
        {
            return GatewayError.UnknownParameter(name);
        }

        reader.Skip();
        return null;
    }

    private GatewayError? Once(Keys key, string path)
    {
        var twice = _seen.HasFlag(key);
        _seen |= key;
        return twice ? GatewayError.DuplicateKey(path) : null;
    }

    private static GatewayError? ReadObject(ref Utf8JsonReader reader, string path)
    {
        var kind = reader.TokenType;
        reader.Skip();
        return kind is JsonTokenType.StartObject or JsonTokenType.Null ? null : GatewayError.InvalidType(path, "an object", JsonKind.Describe(kind));
    }

    private GatewayError? ReadMaximum(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value))
        {
            var actual = reader.TokenType == JsonTokenType.Number ? "a number that is none or does not fit" : JsonKind.Describe(reader.TokenType);
            return GatewayError.InvalidType("max_output_tokens", "an integer", actual);
        }

        if (value < LeastOutput)
        {
            return GatewayError.BelowMinimum("max_output_tokens", LeastOutput, value);
        }

        if (value > MostOutput)
        {
            return GatewayError.InvalidValue("max_output_tokens", $"expected an integer from {LeastOutput} to {MostOutput}, but got {value}.");
        }

        _maxOutput = value;
        return null;
    }

    private GatewayError? ReadInstructions(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return GatewayError.InvalidType("instructions", "a string", JsonKind.Describe(reader.TokenType));
        }

        _hasInstructions = true;
        _definitions += TextSize.OfJson(reader.ValueSpan);
        return null;
    }

    /// <summary>Functions and custom tools alone: what the others use, and cost, is not in the body.</summary>
    private GatewayError? ReadTools(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return GatewayError.InvalidType("tools", "an array of objects", JsonKind.Describe(reader.TokenType));
        }

        var start = (int)reader.TokenStartIndex;
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return GatewayError.InvalidType($"tools[{index}]", "an object", JsonKind.Describe(reader.TokenType));
            }

            if (ReadTool(ref reader, index) is { } error)
            {
                return error;
            }
        }

        _definitions += TextSize.OfJson(body.Span[start..(int)reader.BytesConsumed]);
        return null;
    }

    private static GatewayError? ReadTool(ref Utf8JsonReader reader, int index)
    {
        var known = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("type"u8))
            {
                if (FoldedKey.IsMimic(ref reader, ToolKeys))
                {
                    return GatewayError.UnknownParameter($"tools[{index}].{reader.GetString()}");
                }

                reader.Skip();
                continue;
            }

            if (known)
            {
                return GatewayError.DuplicateKey($"tools[{index}].type");
            }

            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                return GatewayError.InvalidType($"tools[{index}].type", "a string", JsonKind.Describe(reader.TokenType));
            }

            known = reader.ValueTextEquals("function"u8) || reader.ValueTextEquals("custom"u8);
            if (!known)
            {
                return GatewayError.HostedTool($"tools[{index}]", reader.GetString()!);
            }
        }

        return known ? null : GatewayError.MissingParameter($"tools[{index}].type");
    }

    private GatewayError? ReadDefinitions(ref Utf8JsonReader reader, string path)
    {
        var start = (int)reader.TokenStartIndex;
        if (ReadObject(ref reader, path) is { } error)
        {
            return error;
        }

        if (reader.TokenType != JsonTokenType.Null)
        {
            _definitions += TextSize.OfJson(body.Span[start..(int)reader.BytesConsumed]);
        }

        return null;
    }

    private GatewayError? ReadPrevious(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return GatewayError.InvalidType("previous_response_id", "a string", JsonKind.Describe(reader.TokenType));
        }

        if (reader.ValueSpan.IsEmpty || reader.ValueSpan.Length > LongestId)
        {
            return GatewayError.InvalidValue("previous_response_id", $"expected the id of a response, 1 to {LongestId} bytes long.");
        }

        _previous = reader.GetString();
        return null;
    }

    private static GatewayError? ReadConversation(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return GatewayError.ConversationNotFound(reader.ValueSpan.Length > LongestId ? "" : reader.GetString()!);
            case JsonTokenType.StartObject:
                return GatewayError.ConversationNotFound(IdIn(ref reader));
            default:
                return GatewayError.InvalidType("conversation", "a string or an object", JsonKind.Describe(reader.TokenType));
        }
    }

    private static string IdIn(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isId && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= LongestId)
            {
                return reader.GetString()!;
            }

            reader.Skip();
        }

        return "";
    }

    private static GatewayError? ReadBackground(ref Utf8JsonReader reader) =>
        RequestValue.Flag(ref reader, "background", out var isBackground) ?? (isBackground ? GatewayError.UnsupportedParameter("background") : null);

    private GatewayError? ReadStore(ref Utf8JsonReader reader)
    {
        var error = RequestValue.Flag(ref reader, "store", out var isStored);
        _store = isStored || reader.TokenType == JsonTokenType.Null;
        return error;
    }

    /// <summary>A prompt that is stored at the provider: its text, and its pictures, are not here to be counted.</summary>
    private static GatewayError? ReadPrompt(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : GatewayError.UnsupportedParameter("prompt");
}
