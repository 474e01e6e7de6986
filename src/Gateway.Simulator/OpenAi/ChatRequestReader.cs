using System.Buffers;
using System.Text.Json;
using Gateway.Simulator.Answers;
using Gateway.Simulator.Images;

namespace Gateway.Simulator.OpenAi;

/// <summary>
/// Reads a chat request in one pass. Prompt tokens are an estimate: 3 to prime, 4 a message, a quarter of the characters
/// of each text rounded up, images by the rule of the model.
/// </summary>
internal ref struct ChatRequestReader
{
    private readonly ReadOnlySpan<byte> _body;
    private readonly ChatRequest _request = new() { PromptTokens = TextTokens.ToPrime };
    private Utf8JsonReader _json;
    private Range _text;
    private Range _lastUserText;
    private List<SeenImage>? _images;

    private ChatRequestReader(ReadOnlySpan<byte> body)
    {
        _body = body;
        _json = new Utf8JsonReader(body);
    }

    /// <summary>The request, or null where the body is no JSON object.</summary>
    public static ChatRequest? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return new ChatRequestReader(body).Read();
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string holds half a surrogate pair.
            return null;
        }
    }

    private ChatRequest? Read()
    {
        if (!_json.Read() || _json.TokenType is not JsonTokenType.StartObject)
        {
            return null;
        }

        while (NextProperty())
        {
            ReadProperty();
        }

        // Reading on finds what must not follow the object.
        _json.Read();
        foreach (var image in _images ?? [])
        {
            _request.PromptTokens += OpenAiCount.Tokens(_request.Model, image.Size, image.Detail);
        }

        _request.Question = Quote.Read(_body[_lastUserText]);
        return _request;
    }

    private void ReadProperty()
    {
        if (_json.ValueTextEquals("model"u8))
        {
            ReadModel();
        }
        else if (_json.ValueTextEquals("messages"u8))
        {
            ReadMessages();
        }
        else if (_json.ValueTextEquals("stream"u8))
        {
            _request.Stream = ReadFlag();
        }
        else if (_json.ValueTextEquals("stream_options"u8))
        {
            ReadStreamOptions();
        }
        else if (_json.ValueTextEquals("max_tokens"u8) || _json.ValueTextEquals("max_completion_tokens"u8))
        {
            _request.MaxTokens = Math.Min(_request.MaxTokens, ReadNumber() ?? int.MaxValue);
        }
        else if (_json.ValueTextEquals("n"u8))
        {
            _request.Choices = Math.Clamp(ReadNumber() ?? 1, 1, 128);
        }
        else if (_json.ValueTextEquals("tools"u8))
        {
            ReadTools();
        }
        else if (_json.ValueTextEquals("tool_choice"u8))
        {
            ReadToolChoice();
        }
        else if (_json.ValueTextEquals("parallel_tool_calls"u8))
        {
            _json.Read();
            _request.OneCall = _json.TokenType is JsonTokenType.False;
            _json.Skip();
        }
        else if (_json.ValueTextEquals("response_format"u8))
        {
            ReadResponseFormat();
        }
        else
        {
            _json.Skip();
        }
    }

    private void ReadModel()
    {
        if (ReadString() is { } model)
        {
            _request.Name(model);
        }
    }

    private void ReadStreamOptions()
    {
        if (!BeginObject())
        {
            return;
        }

        while (NextProperty())
        {
            if (_json.ValueTextEquals("include_usage"u8))
            {
                _request.IncludeUsage = ReadFlag();
            }
            else
            {
                _json.Skip();
            }
        }
    }

    private void ReadMessages()
    {
        if (!BeginArray())
        {
            return;
        }

        while (_json.Read() && _json.TokenType is not JsonTokenType.EndArray)
        {
            if (_json.TokenType is JsonTokenType.StartObject)
            {
                ReadMessage();
            }
            else
            {
                _json.Skip();
            }
        }
    }

    private void ReadMessage()
    {
        _request.Messages++;
        _request.PromptTokens += TextTokens.PerMessage;
        var fromUser = false;
        Range content = default;
        _text = default;
        while (NextProperty())
        {
            if (_json.ValueTextEquals("role"u8))
            {
                _json.Read();
                fromUser = _json.TokenType is JsonTokenType.String && _json.ValueTextEquals("user"u8);
                _json.Skip();
            }
            else if (_json.ValueTextEquals("content"u8))
            {
                _json.Read();
                var start = (int)_json.TokenStartIndex;
                ReadContent();
                content = start..(int)_json.BytesConsumed;
            }
            else
            {
                _json.Skip();
            }
        }

        if (fromUser)
        {
            _request.LastUserContent = content;
            _lastUserText = _text;
        }
    }

    private void ReadContent()
    {
        if (_json.TokenType is JsonTokenType.String)
        {
            CountText();
        }
        else if (_json.TokenType is JsonTokenType.StartArray)
        {
            while (_json.Read() && _json.TokenType is not JsonTokenType.EndArray)
            {
                if (_json.TokenType is JsonTokenType.StartObject)
                {
                    ReadPart();
                }
                else
                {
                    _json.Skip();
                }
            }
        }
        else
        {
            _json.Skip();
        }
    }

    private void ReadPart()
    {
        while (NextProperty())
        {
            if (_json.ValueTextEquals("text"u8))
            {
                _json.Read();
                if (_json.TokenType is JsonTokenType.String)
                {
                    CountText();
                }
                else
                {
                    _json.Skip();
                }
            }
            else if (_json.ValueTextEquals("image_url"u8))
            {
                _json.Read();
                ReadImage();
            }
            else
            {
                _json.Skip();
            }
        }
    }

    private void ReadImage()
    {
        ImageSize? size = null;
        string? detail = null;
        if (_json.TokenType is JsonTokenType.StartObject)
        {
            while (NextProperty())
            {
                if (_json.ValueTextEquals("url"u8))
                {
                    _json.Read();
                    size = ReadImageSize();
                }
                else if (_json.ValueTextEquals("detail"u8))
                {
                    detail = ReadString();
                }
                else
                {
                    _json.Skip();
                }
            }
        }
        else
        {
            size = ReadImageSize();
        }

        _request.Images++;
        (_images ??= []).Add(new SeenImage(size, detail));
    }

    private ImageSize? ReadImageSize()
    {
        if (_json.TokenType is not JsonTokenType.String)
        {
            _json.Skip();
            return null;
        }

        if (!_json.ValueIsEscaped)
        {
            return DataUrl.ReadSize(_json.ValueSpan);
        }

        // Some encoders escape every slash, and base64 is full of slashes.
        var unescaped = ArrayPool<byte>.Shared.Rent(_json.ValueSpan.Length);
        try
        {
            return DataUrl.ReadSize(unescaped.AsSpan(0, _json.CopyString(unescaped)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(unescaped);
        }
    }

    private void CountText()
    {
        _request.PromptTokens += TextTokens.Count(_json.ValueSpan);
        _text = (int)_json.TokenStartIndex..(int)_json.BytesConsumed;
    }

    private void ReadTools()
    {
        if (!BeginArray())
        {
            return;
        }

        _request.Tools = [];
        while (_json.Read() && _json.TokenType is not JsonTokenType.EndArray)
        {
            if (_json.TokenType is JsonTokenType.StartObject && ReadFunctionName() is { } name)
            {
                _request.Tools.Add(name);
            }
        }
    }

    private void ReadToolChoice()
    {
        _json.Read();
        if (_json.TokenType is JsonTokenType.String)
        {
            _request.MayNotCall = _json.ValueTextEquals("none"u8);
            _request.MustCall = _json.ValueTextEquals("required"u8);
        }
        else if (_json.TokenType is JsonTokenType.StartObject)
        {
            _request.NamedTool = ReadFunctionName();
        }
        else
        {
            _json.Skip();
        }
    }

    private void ReadResponseFormat()
    {
        if (!BeginObject())
        {
            return;
        }

        while (NextProperty())
        {
            if (_json.ValueTextEquals("type"u8))
            {
                _json.Read();
                if (_json.TokenType is JsonTokenType.String && _json.ValueTextEquals("json_object"u8))
                {
                    _request.WantedJson = "{}";
                }

                _json.Skip();
            }
            else if (_json.ValueTextEquals("json_schema"u8))
            {
                ReadJsonSchema();
            }
            else
            {
                _json.Skip();
            }
        }
    }

    private void ReadJsonSchema()
    {
        if (!BeginObject())
        {
            return;
        }

        while (NextProperty())
        {
            if (_json.ValueTextEquals("schema"u8))
            {
                _json.Read();
                _request.WantedJson = SchemaSample.Of(JsonElement.ParseValue(ref _json));
            }
            else
            {
                _json.Skip();
            }
        }
    }

    /// <summary>The name in <c>{"type":"function","function":{"name":...}}</c>.</summary>
    private string? ReadFunctionName()
    {
        string? name = null;
        while (NextProperty())
        {
            if (!_json.ValueTextEquals("function"u8))
            {
                _json.Skip();
            }
            else if (BeginObject())
            {
                while (NextProperty())
                {
                    if (_json.ValueTextEquals("name"u8))
                    {
                        name = ReadString();
                    }
                    else
                    {
                        _json.Skip();
                    }
                }
            }
        }

        return name;
    }

    private bool NextProperty() => _json.Read() && _json.TokenType is JsonTokenType.PropertyName;

    private bool BeginObject() => Begin(JsonTokenType.StartObject);

    private bool BeginArray() => Begin(JsonTokenType.StartArray);

    /// <summary>Moves into the property's value; a value of another kind is passed over.</summary>
    private bool Begin(JsonTokenType kind)
    {
        _json.Read();
        if (_json.TokenType == kind)
        {
            return true;
        }

        _json.Skip();
        return false;
    }

    private bool ReadFlag()
    {
        _json.Read();
        var isTrue = _json.TokenType is JsonTokenType.True;
        _json.Skip();
        return isTrue;
    }

    private string? ReadString()
    {
        _json.Read();
        if (_json.TokenType is JsonTokenType.String)
        {
            return _json.GetString();
        }

        _json.Skip();
        return null;
    }

    private int? ReadNumber()
    {
        _json.Read();
        if (_json.TokenType is JsonTokenType.Number && _json.TryGetInt32(out var number))
        {
            return Math.Max(0, number);
        }

        _json.Skip();
        return null;
    }
}
