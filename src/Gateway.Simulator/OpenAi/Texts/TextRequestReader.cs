using System.Text;
using System.Text.Json;
using Gateway.Simulator.Answers;

namespace Gateway.Simulator.OpenAi.Texts;

/// <summary>Reads such a request in one pass. Prompt tokens are those of each text, a quarter of its characters rounded up, or as many as came in place of it.</summary>
internal ref struct TextRequestReader
{
    private const int UsualCompletion = 16;

    private readonly TextRequest _request = new() { MaxTokens = UsualCompletion };
    private Utf8JsonReader _json;

    private TextRequestReader(ReadOnlySpan<byte> body) => _json = new Utf8JsonReader(body);

    /// <summary>The request, or null where the body is no JSON object.</summary>
    public static TextRequest? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return new TextRequestReader(body).Read();
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string holds half a surrogate pair.
            return null;
        }
    }

    private TextRequest? Read()
    {
        if (!_json.Read() || _json.TokenType is not JsonTokenType.StartObject)
        {
            return null;
        }

        while (_json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            var name = _json.GetString();
            _json.Read();
            ReadProperty(name);
            _json.Skip();
        }

        // Reading on finds what must not follow the object.
        _json.Read();
        _request.Question = _request.Texts is [.., var last] ? last.Length > 96 ? last[..96] : last : "";
        _request.Each = _request.Choices;
        _request.BestOf = Math.Max(_request.BestOf, _request.Each);
        _request.Choices *= Math.Max(1, _request.Texts.Count);
        return _request;
    }

    private void ReadProperty(string? name)
    {
        switch (name)
        {
            case "model" when _json.TokenType is JsonTokenType.String:
                _request.Name(_json.GetString() ?? "");
                break;
            case "input" or "prompt":
                var start = (int)_json.TokenStartIndex;
                ReadInput();
                _request.Input = start..(int)_json.BytesConsumed;
                break;
            case "encoding_format" when _json.TokenType is JsonTokenType.String:
                _request.Base64 = _json.ValueTextEquals("base64"u8);
                break;
            case "dimensions":
                _request.Dimensions = Number();
                break;
            case "stream":
                _request.Stream = _json.TokenType is JsonTokenType.True;
                break;
            case "stream_options" when _json.TokenType is JsonTokenType.StartObject:
                ReadStreamOptions();
                break;
            case "echo":
                _request.Echo = _json.TokenType is JsonTokenType.True;
                break;
            case "max_tokens":
                _request.MaxTokens = Number() ?? UsualCompletion;
                break;
            case "n":
                _request.Choices = Math.Clamp(Number() ?? 1, 1, 128);
                break;
            case "best_of":
                _request.BestOf = Math.Clamp(Number() ?? 1, 1, 128);
                break;
        }
    }

    private void ReadStreamOptions()
    {
        while (_json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            var asks = _json.ValueTextEquals("include_usage"u8);
            _json.Read();
            _request.IncludeUsage |= asks && _json.TokenType is JsonTokenType.True;
            _json.Skip();
        }
    }

    /// <summary>A text, several, the tokens of one or of several, or parts.</summary>
    private void ReadInput()
    {
        if (_json.TokenType is not JsonTokenType.StartArray)
        {
            AddText();
            return;
        }

        StringBuilder? tokens = null;
        while (_json.Read() && _json.TokenType is not JsonTokenType.EndArray)
        {
            switch (_json.TokenType)
            {
                case JsonTokenType.Number:
                    (tokens ??= new StringBuilder()).Append(' ').Append(Number());
                    _request.PromptTokens++;
                    break;
                case JsonTokenType.StartArray:
                    ReadTokens();
                    break;
                case JsonTokenType.StartObject:
                    ReadPart();
                    break;
                default:
                    AddText();
                    break;
            }
        }

        if (tokens is not null)
        {
            _request.Texts.Add(tokens.ToString());
        }
    }

    private void ReadTokens()
    {
        var tokens = new StringBuilder();
        while (_json.Read() && _json.TokenType is not JsonTokenType.EndArray)
        {
            tokens.Append(' ').Append(Number());
            _request.PromptTokens++;
            _json.Skip();
        }

        _request.Texts.Add(tokens.ToString());
    }

    private void ReadPart()
    {
        _request.HasParts = true;
        while (_json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            var (isText, isImage) = (_json.ValueTextEquals("text"u8), _json.ValueTextEquals("image_url"u8));
            _json.Read();
            if (isText)
            {
                AddText();
            }

            _request.Images += isImage ? 1 : 0;
            _json.Skip();
        }
    }

    private void AddText()
    {
        if (_json.TokenType is JsonTokenType.String)
        {
            _request.PromptTokens += Math.Max(1, TextTokens.Count(_json.ValueSpan));
            _request.Texts.Add(_json.GetString() ?? "");
        }
        else if (_json.TokenType is JsonTokenType.Null)
        {
            _request.PromptTokens++;
            _request.Texts.Add("");
        }
    }

    private readonly int? Number() => _json.TokenType is JsonTokenType.Number && _json.TryGetInt32(out var number) ? Math.Max(0, number) : null;
}
