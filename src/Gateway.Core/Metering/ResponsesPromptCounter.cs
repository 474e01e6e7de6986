using System.Text.Json;
using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Metering;

/// <summary>
/// The exact text tokens of a response's request, by the rules of <see cref="PromptCounter"/>: a text as <c>input</c>, each item, and the
/// <c>instructions</c> are a message each. OpenAI was seen to bill 1 token less than for the same chat message, so the answer's priming counts
/// 2. Stored history is not in the body and not counted here.
/// </summary>
public static class ResponsesPromptCounter
{
    private const int PerMessage = 3;
    private const int PerRole = 1;
    private const int Priming = 2;
    private const int Tools = 9;
    private const int ToolsInSystemMessage = -4;
    private const int NoToolChosen = 1;
    private const int ToolChosen = 7;

    /// <param name="body">A response's request. One that is broken counts as far as it can be read, and is not exact.</param>
    /// <param name="encoder">Of the model that serves.</param>
    public static PromptCount Count(ReadOnlySpan<byte> body, BytePairEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        var walk = new Walk(body, encoder);
        try
        {
            walk.Body();
        }
        catch (JsonException)
        {
            walk.IsExact = false;
        }
        catch (InvalidOperationException)
        {
            // A property name with an escape that stands for no text.
            walk.IsExact = false;
        }

        return new PromptCount(walk.Tokens, walk.IsExact);
    }

    private ref struct Walk(ReadOnlySpan<byte> body, BytePairEncoder encoder)
    {
        private readonly ReadOnlySpan<byte> _body = body;
        private Utf8JsonReader _reader = new(body, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        private bool _hasSystem;

        public long Tokens { get; private set; }

        public bool IsExact { get; set; } = true;

        public void Body()
        {
            Tokens = Priming;
            var tools = default(ByteRange);
            if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
            {
                IsExact = false;
                return;
            }

            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                if (_reader.ValueTextEquals("input"u8))
                {
                    Input();
                }
                else if (_reader.ValueTextEquals("instructions"u8))
                {
                    _reader.Read();
                    if (_reader.TokenType != JsonTokenType.Null)
                    {
                        _hasSystem = true;
                        Tokens += PerMessage + PerRole;
                        Text();
                    }
                }
                else if (_reader.ValueTextEquals("tools"u8))
                {
                    _reader.Read();
                    var start = (int)_reader.TokenStartIndex;
                    _reader.Skip();
                    tools = new ByteRange(start, (int)_reader.BytesConsumed - start);
                }
                else if (_reader.ValueTextEquals("tool_choice"u8))
                {
                    ToolChoice();
                }
                else if (_reader.ValueTextEquals("text"u8))
                {
                    Format();
                }
                else
                {
                    _reader.Skip();
                }
            }

            var text = new ToolText();
            text.Add(tools.Of(_body));
            if (!text.IsEmpty)
            {
                Tokens += encoder.Count(text.Finish()) + ResponsesPromptCounter.Tools + (_hasSystem ? ToolsInSystemMessage : 0);
                IsExact &= text.IsExact;
            }
        }

        private void Input()
        {
            _reader.Read();
            if (_reader.TokenType != JsonTokenType.StartArray)
            {
                Tokens += PerMessage + PerRole;
                Text();
                return;
            }

            while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            {
                if (_reader.TokenType != JsonTokenType.StartObject)
                {
                    Unknown();
                    continue;
                }

                Tokens += PerMessage + PerRole;
                while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
                {
                    ItemProperty();
                }
            }
        }

        private void ItemProperty()
        {
            if (_reader.ValueTextEquals("content"u8) || _reader.ValueTextEquals("output"u8) || _reader.ValueTextEquals("summary"u8))
            {
                _reader.Read();
                if (_reader.TokenType != JsonTokenType.StartArray)
                {
                    Text();
                    return;
                }

                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                {
                    Part();
                }
            }
            else if (_reader.ValueTextEquals("role"u8))
            {
                _reader.Read();
                _hasSystem |= _reader.TokenType == JsonTokenType.String && (_reader.ValueTextEquals("system"u8) || _reader.ValueTextEquals("developer"u8));
                _reader.Skip();
            }
            else if (_reader.ValueTextEquals("type"u8))
            {
                _reader.Read();

                // What a reference stands for is not here.
                IsExact &= _reader.TokenType != JsonTokenType.String || !_reader.ValueTextEquals("item_reference"u8);
                _reader.Skip();
            }
            else if (_reader.ValueTextEquals("id"u8) || _reader.ValueTextEquals("status"u8) || _reader.ValueTextEquals("call_id"u8))
            {
                _reader.Skip();
            }
            else if (_reader.ValueTextEquals("encrypted_content"u8))
            {
                _reader.Read();
                Encrypted();
            }
            else
            {
                // A call's name, arguments or input; what a provider adds.
                _reader.Read();
                Text();
            }
        }

        private void Part()
        {
            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                Text();
                return;
            }

            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                if (_reader.ValueTextEquals("text"u8) || _reader.ValueTextEquals("refusal"u8))
                {
                    _reader.Read();
                    Text();
                }
                else if (_reader.ValueTextEquals("input_audio"u8) || _reader.ValueTextEquals("file_data"u8) || _reader.ValueTextEquals("file_url"u8))
                {
                    _reader.Read();
                    IsExact &= _reader.TokenType == JsonTokenType.Null;
                    _reader.Skip();
                }
                else if (IsNoText())
                {
                    _reader.Skip();
                }
                else
                {
                    _reader.Read();
                    Unknown();
                }
            }
        }

        private readonly bool IsNoText() =>
            _reader.ValueTextEquals("type"u8) || _reader.ValueTextEquals("image_url"u8) || _reader.ValueTextEquals("file_id"u8)
            || _reader.ValueTextEquals("detail"u8) || _reader.ValueTextEquals("filename"u8) || _reader.ValueTextEquals("annotations"u8)
            || _reader.ValueTextEquals("logprobs"u8) || _reader.ValueTextEquals("prompt_cache_breakpoint"u8);

        /// <summary>Nobody but the provider can read it: the estimate of its length stands for it.</summary>
        private void Encrypted()
        {
            if (_reader.TokenType == JsonTokenType.String && !_reader.ValueSpan.IsEmpty)
            {
                Tokens += TextEstimate.Tokens(TextSize.OfJson(_reader.ValueSpan));
                IsExact = false;
            }

            _reader.Skip();
        }

        private void ToolChoice()
        {
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.String)
            {
                Tokens += _reader.ValueTextEquals("none"u8) ? NoToolChosen : 0;
                IsExact &= _reader.ValueTextEquals("none"u8) || _reader.ValueTextEquals("auto"u8);
                return;
            }

            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                IsExact &= _reader.TokenType == JsonTokenType.Null;
                _reader.Skip();
                return;
            }

            Tokens += ToolChosen;
            var depth = _reader.CurrentDepth;
            while (_reader.Read() && _reader.CurrentDepth > depth)
            {
                if (_reader.TokenType == JsonTokenType.PropertyName && _reader.ValueTextEquals("name"u8))
                {
                    _reader.Read();
                    Text();
                }
            }
        }

        /// <summary>How a schema of the answer is put to the model is not published; its JSON text stands for it.</summary>
        private void Format()
        {
            _reader.Read();
            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                _reader.Skip();
                return;
            }

            var depth = _reader.CurrentDepth;
            while (_reader.Read() && _reader.CurrentDepth > depth)
            {
                if (_reader.TokenType == JsonTokenType.PropertyName && _reader.ValueTextEquals("schema"u8))
                {
                    _reader.Read();
                    Unknown();
                }
            }
        }

        private void Text()
        {
            if (_reader.TokenType == JsonTokenType.String)
            {
                Tokens += encoder.CountJson(_reader.ValueSpan);
            }
            else if (_reader.TokenType != JsonTokenType.Null)
            {
                Unknown();
            }
        }

        /// <summary>Counts a value's JSON text, for want of a rule.</summary>
        private void Unknown()
        {
            var start = (int)_reader.TokenStartIndex;
            _reader.Skip();
            Tokens += encoder.Count(_body[start..(int)_reader.BytesConsumed]);
            IsExact = false;
        }
    }
}
