using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Text;

namespace Gateway.Core.Requests;

/// <summary>The outermost object of a chat body; <see cref="MessageReader"/> reads the messages inside.</summary>
internal sealed class ChatRequestBuilder(ReadOnlyMemory<byte> body, int maxImages)
{
    internal const int LongestModelName = 256;
    private const int MostAnswers = 128;

    private static readonly string[] IncludeUsageKey = ["include_usage"];

    // Labels are not among them: nothing is weighed by them, and a provider may know others by such names.
    private static readonly string[] Known =
        ["model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "n", "service_tier", "web_search_options"];

    private readonly List<TopLevelParameter> _parameters = new(8);
    private readonly MessageReader _messages = new(body, maxImages);
    private RequestLabels? _labels;
    private Keys _seen;
    private string? _model;
    private bool _stream;
    private StreamOptions _streamOptions;
    private long? _maxTokens;
    private long? _maxCompletionTokens;
    private int _n = 1;
    private int _bodyStart;
    private TextSize _definitions;

    [Flags]
    private enum Keys
    {
        None = 0,
        Model = 1,
        Messages = 2,
        Stream = 4,
        StreamOptions = 8,
        MaxTokens = 16,
        MaxCompletionTokens = 32,
        N = 64,
        IncludeUsage = 128,
        User = 256,
        SafetyIdentifier = 512,
        Metadata = 1024,
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
            : null;
    }

    public ParsedRequest Build() => new()
    {
        Model = _model!, // Read refuses a body without one.
        Stream = _stream,
        StreamOptions = _streamOptions,
        MaxTokens = _maxTokens,
        MaxCompletionTokens = _maxCompletionTokens,
        N = _n,
        Messages = _messages.Count,
        NamedMessages = _messages.Named,
        Text = _messages.Text + _definitions,
        Images = _messages.Images.Images,
        ImageEdits = _messages.Images.Edits,
        ImageFields = _messages.Images.Fields,
        EndUser = _labels?.EndUser,
        Tags = _labels?.Tags,
        Audio = _messages.Audio,
        File = _messages.File,
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
        var name = reader.ValueIsEscaped
            ? System.Text.Encoding.UTF8.GetBytes(reader.GetString()!)
            : body.Slice(start + 1, reader.ValueSpan.Length);
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
            return Once(Keys.Model, "model") ?? ReadModel(ref reader);
        }

        if (name.SequenceEqual("messages"u8))
        {
            return Once(Keys.Messages, "messages") ?? _messages.Read(ref reader);
        }

        if (name.SequenceEqual("stream"u8))
        {
            return Once(Keys.Stream, "stream") ?? ReadFlag(ref reader, "stream", out _stream);
        }

        if (name.SequenceEqual("stream_options"u8))
        {
            return Once(Keys.StreamOptions, "stream_options") ?? ReadStreamOptions(ref reader);
        }

        if (name.SequenceEqual("max_tokens"u8))
        {
            return Once(Keys.MaxTokens, "max_tokens") ?? ReadCount(ref reader, "max_tokens", long.MaxValue >> 16, out _maxTokens);
        }

        if (name.SequenceEqual("max_completion_tokens"u8))
        {
            return Once(Keys.MaxCompletionTokens, "max_completion_tokens")
                ?? ReadCount(ref reader, "max_completion_tokens", long.MaxValue >> 16, out _maxCompletionTokens);
        }

        if (name.SequenceEqual("n"u8))
        {
            return Once(Keys.N, "n") ?? ReadAnswers(ref reader);
        }

        if (name.SequenceEqual("user"u8))
        {
            return Once(Keys.User, "user") ?? (_labels ??= new RequestLabels()).ReadUser(ref reader);
        }

        if (name.SequenceEqual("safety_identifier"u8))
        {
            return Once(Keys.SafetyIdentifier, "safety_identifier") ?? (_labels ??= new RequestLabels()).ReadSafetyIdentifier(ref reader);
        }

        if (name.SequenceEqual("metadata"u8))
        {
            return Once(Keys.Metadata, "metadata") ?? (_labels ??= new RequestLabels()).ReadTags(ref reader);
        }

        if (name.SequenceEqual("service_tier"u8))
        {
            return ReadServiceTier(ref reader);
        }

        if (name.SequenceEqual("web_search_options"u8))
        {
            var isNull = reader.TokenType == JsonTokenType.Null;
            reader.Skip();
            return isNull ? null : GatewayError.UnsupportedParameter("web_search_options");
        }

        if (FoldedKey.IsMimic(name, Known))
        {
            return GatewayError.UnknownParameter(System.Text.Encoding.UTF8.GetString(name));
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        if (name.SequenceEqual("tools"u8) || name.SequenceEqual("functions"u8) || name.SequenceEqual("response_format"u8))
        {
            _definitions += TextSize.OfJson(body.Span[start..(int)reader.BytesConsumed]);
        }

        return null;
    }

    /// <summary>Other tiers have other prices, which no card states.</summary>
    internal static GatewayError? ReadServiceTier(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null
        || (reader.TokenType == JsonTokenType.String && (reader.ValueTextEquals("auto"u8) || reader.ValueTextEquals("default"u8)))
            ? null
            : GatewayError.UnsupportedParameter("service_tier");

    private GatewayError? Once(Keys key, string path)
    {
        if (_seen.HasFlag(key))
        {
            return GatewayError.DuplicateKey(path);
        }

        _seen |= key;
        return null;
    }

    internal static bool IsMimic(ref Utf8JsonReader reader, ReadOnlySpan<string> known)
    {
        if (!reader.ValueIsEscaped)
        {
            return FoldedKey.IsMimic(reader.ValueSpan, known);
        }

        return FoldedKey.IsMimic(System.Text.Encoding.UTF8.GetBytes(reader.GetString()!), known);
    }

    private GatewayError? ReadModel(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return GatewayError.InvalidType("model", "a string", JsonKind.Describe(reader.TokenType));
        }

        if (reader.ValueSpan.IsEmpty || reader.ValueSpan.Length > LongestModelName)
        {
            return GatewayError.InvalidValue("model", $"expected the name of a model, 1 to {LongestModelName} bytes long.");
        }

        _model = reader.GetString();
        return null;
    }

    internal static GatewayError? ReadFlag(ref Utf8JsonReader reader, string path, out bool flag)
    {
        flag = reader.TokenType == JsonTokenType.True;
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null
            ? null
            : GatewayError.InvalidType(path, "a boolean", JsonKind.Describe(reader.TokenType));
    }

    internal static GatewayError? ReadCount(ref Utf8JsonReader reader, string path, long most, out long? count)
    {
        count = null;
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.Number)
        {
            return GatewayError.InvalidType(path, "an integer", JsonKind.Describe(reader.TokenType));
        }

        if (!reader.TryGetInt64(out var value))
        {
            return GatewayError.InvalidType(path, "an integer", "a number that is none or does not fit");
        }

        if (value < 1 || value > most)
        {
            return GatewayError.InvalidValue(path, $"expected an integer from 1 to {most}, but got {value}.");
        }

        count = value;
        return null;
    }

    private GatewayError? ReadAnswers(ref Utf8JsonReader reader)
    {
        var error = ReadCount(ref reader, "n", MostAnswers, out var n);
        _n = (int)(n ?? 1);
        return error;
    }

    private GatewayError? ReadStreamOptions(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        var includeUsage = false;
        var includeUsageValue = default(ByteRange);
        var properties = 0;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            for (; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; properties++)
            {
                var isIncludeUsage = reader.ValueTextEquals("include_usage"u8);
                if (!isIncludeUsage && IsMimic(ref reader, IncludeUsageKey))
                {
                    return GatewayError.UnknownParameter($"stream_options.{reader.GetString()}");
                }

                reader.Read();
                var valueStart = (int)reader.TokenStartIndex;
                if (!isIncludeUsage)
                {
                    reader.Skip();
                    continue;
                }

                if ((Once(Keys.IncludeUsage, "stream_options.include_usage")
                    ?? ReadFlag(ref reader, "stream_options.include_usage", out includeUsage)) is { } error)
                {
                    return error;
                }

                includeUsageValue = new ByteRange(valueStart, (int)reader.BytesConsumed - valueStart);
            }
        }
        else if (reader.TokenType != JsonTokenType.Null)
        {
            return GatewayError.InvalidType("stream_options", "an object", JsonKind.Describe(reader.TokenType));
        }

        var value = new ByteRange(start, (int)reader.BytesConsumed - start);
        _streamOptions = new StreamOptions(value, reader.TokenType == JsonTokenType.EndObject, properties == 0, includeUsageValue, includeUsage);
        return null;
    }
}
