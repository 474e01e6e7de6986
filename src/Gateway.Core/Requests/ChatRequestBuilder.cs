using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Text;

namespace Gateway.Core.Requests;

/// <summary>The outermost object of a chat body; <see cref="MessageReader"/> reads the messages inside.</summary>
internal sealed class ChatRequestBuilder(ReadOnlyMemory<byte> body, int maxImages)
{
    private const int MostAnswers = 128;

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
            return Once(Keys.Model, "model") ?? RequestValue.Model(ref reader, out _model);
        }

        if (name.SequenceEqual("messages"u8))
        {
            return Once(Keys.Messages, "messages") ?? _messages.Read(ref reader);
        }

        if (name.SequenceEqual("stream"u8))
        {
            return Once(Keys.Stream, "stream") ?? RequestValue.Flag(ref reader, "stream", out _stream);
        }

        if (name.SequenceEqual("stream_options"u8))
        {
            return Once(Keys.StreamOptions, "stream_options") ?? RequestValue.StreamOptions(ref reader, out _streamOptions);
        }

        if (name.SequenceEqual("max_tokens"u8))
        {
            return Once(Keys.MaxTokens, "max_tokens") ?? RequestValue.Number(ref reader, "max_tokens", 1, long.MaxValue >> 16, out _maxTokens);
        }

        if (name.SequenceEqual("max_completion_tokens"u8))
        {
            return Once(Keys.MaxCompletionTokens, "max_completion_tokens")
                ?? RequestValue.Number(ref reader, "max_completion_tokens", 1, long.MaxValue >> 16, out _maxCompletionTokens);
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
            return RequestValue.ServiceTier(ref reader);
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

    private GatewayError? Once(Keys key, string path)
    {
        if (_seen.HasFlag(key))
        {
            return GatewayError.DuplicateKey(path);
        }

        _seen |= key;
        return null;
    }

    private GatewayError? ReadAnswers(ref Utf8JsonReader reader)
    {
        var error = RequestValue.Number(ref reader, "n", 1, MostAnswers, out var n);
        _n = (int)(n ?? 1);
        return error;
    }
}
