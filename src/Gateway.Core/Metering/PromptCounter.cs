using System.Buffers;
using System.Text.Json;
using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Metering;

/// <summary>
/// The exact text tokens of a chat body, as OpenAI bills them. For each message 3, the tokens of its role and of every text in it, and 1 more
/// for a name; 3 once for the answer's priming. Tools count by their rendering, <see cref="ToolText"/>, and 9; where there is a system
/// message it carries them, which saves 4 and puts a line break behind its text. <c>tool_choice</c> costs 1 for <c>none</c>, and 7 and the
/// name for a function. Of the older functions a result costs 2 less, a call 3 more and a choice 4 and the name.
/// </summary>
/// <remarks>
/// OpenAI publishes the overhead of messages only; the rest is what public measurements against the API agree on, and for tools the API was
/// seen to bill up to 3 tokens more. It reads the body anew, and is for those who need to know: quotes, and bills that the provider's usage is missing for.
/// </remarks>
public static class PromptCounter
{
    /// <summary>
    /// Estimated tokens of a text, above which whoever serves requests leaves it uncounted: no model reads as much, and counting the
    /// largest body would hold a processor for a minute.
    /// </summary>
    public const long MostWorthCounting = 2_000_000;

    private const int PerMessage = 3;
    private const int PerName = 1;
    private const int Priming = 3;
    private const int Tools = 9;
    private const int ToolsInSystemMessage = -4;
    private const int NoToolChosen = 1;
    private const int ToolChosen = 7;
    private const int FunctionChosen = 4;
    private const int FunctionCall = 3;
    private const int FunctionResult = -2;

    /// <param name="body">A chat body. One that is broken counts as far as it can be read, and is not exact.</param>
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
        private bool _isSystem;
        private ByteRange _content;
        private ByteRange? _system;

        public long Tokens { get; private set; }

        public bool IsExact { get; set; } = true;

        public void Body()
        {
            Tokens = Priming;
            var tools = default(ByteRange);
            var functions = default(ByteRange);
            if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
            {
                IsExact = false;
                return;
            }

            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                if (_reader.ValueTextEquals("messages"u8))
                {
                    Messages();
                }
                else if (_reader.ValueTextEquals("tools"u8))
                {
                    tools = Value();
                }
                else if (_reader.ValueTextEquals("functions"u8))
                {
                    functions = Value();
                }
                else if (_reader.ValueTextEquals("tool_choice"u8))
                {
                    ToolChoice(isLegacy: false);
                }
                else if (_reader.ValueTextEquals("function_call"u8))
                {
                    ToolChoice(isLegacy: true);
                }
                else if (_reader.ValueTextEquals("response_format"u8))
                {
                    ResponseFormat();
                }
                else
                {
                    _reader.Skip();
                }
            }

            var text = new ToolText();
            text.Add(tools.Of(_body));
            text.Add(functions.Of(_body));
            if (!text.IsEmpty)
            {
                Tokens += encoder.Count(text.Finish()) + PromptCounter.Tools + (_system is { } system ? ToolsInSystemMessage + LineBreakBehind(system.Of(_body)) : 0);
                IsExact &= text.IsExact;
            }
        }

        private void Messages()
        {
            if (!Enter(JsonTokenType.StartArray))
            {
                return;
            }

            while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            {
                if (_reader.TokenType != JsonTokenType.StartObject)
                {
                    Unknown();
                    continue;
                }

                Tokens += PerMessage;
                (_isSystem, _content) = (false, default);
                while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
                {
                    MessageProperty();
                }

                _system ??= _isSystem ? _content : null;
            }
        }

        private void MessageProperty()
        {
            if (_reader.ValueTextEquals("content"u8))
            {
                _reader.Read();
                if (_reader.TokenType != JsonTokenType.StartArray)
                {
                    _content = _reader.TokenType == JsonTokenType.String ? new ByteRange((int)_reader.TokenStartIndex + 1, _reader.ValueSpan.Length) : default;
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
                var isText = _reader.TokenType == JsonTokenType.String;
                _isSystem = isText && _reader.ValueTextEquals("system"u8);
                Tokens += isText && _reader.ValueTextEquals("function"u8) ? FunctionResult : 0;
                Text();
            }
            else if (_reader.ValueTextEquals("name"u8))
            {
                _reader.Read();
                Tokens += _reader.TokenType == JsonTokenType.String ? PerName : 0;
                Text();
            }
            else if (_reader.ValueTextEquals("tool_calls"u8))
            {
                if (Enter(JsonTokenType.StartArray))
                {
                    while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                    {
                        ToolCall();
                    }
                }
            }
            else if (_reader.ValueTextEquals("function_call"u8))
            {
                _reader.Read();
                Tokens += _reader.TokenType == JsonTokenType.StartObject ? FunctionCall : 0;
                Called();
            }
            else if (_reader.ValueTextEquals("audio"u8))
            {
                // An earlier answer's sound, by its id.
                Uncounted();
            }
            else if (_reader.ValueTextEquals("image"u8))
            {
                // A picture: a card that takes the field makes a part of it, and a request to any other is refused.
                _reader.Skip();
            }
            else
            {
                // Refusals, ids of tool calls, what a provider adds.
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
                else if (_reader.ValueTextEquals("input_audio"u8) || _reader.ValueTextEquals("file"u8))
                {
                    Uncounted();
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
            _reader.ValueTextEquals("type"u8) || _reader.ValueTextEquals("image_url"u8) || _reader.ValueTextEquals("image_file"u8)
            || _reader.ValueTextEquals("prompt_cache_breakpoint"u8) || _reader.ValueTextEquals("cache_control"u8);

        private void ToolCall()
        {
            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                Unknown();
                return;
            }

            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                var isCalled = _reader.ValueTextEquals("function"u8) || _reader.ValueTextEquals("custom"u8);
                _reader.Read();
                if (isCalled)
                {
                    Called();
                }
                else
                {
                    _reader.Skip();
                }
            }
        }

        /// <summary>A function's name and arguments, a custom tool's name and input.</summary>
        private void Called()
        {
            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                Text();
                return;
            }

            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                _reader.Read();
                Text();
            }
        }

        private void ToolChoice(bool isLegacy)
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

            Tokens += isLegacy ? FunctionChosen : ToolChosen;
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
        private void ResponseFormat()
        {
            _reader.Read();
            if (_reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            {
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

        /// <summary>What a line break behind a text adds: nothing, where it joins the text's last token.</summary>
        private readonly long LineBreakBehind(ReadOnlySpan<byte> inside)
        {
            if (inside.IsEmpty)
            {
                return 0;
            }

            var longer = ArrayPool<byte>.Shared.Rent(inside.Length + 2);
            try
            {
                inside.CopyTo(longer);
                "\\n"u8.CopyTo(longer.AsSpan(inside.Length));
                return encoder.CountJson(longer.AsSpan(0, inside.Length + 2)) - encoder.CountJson(inside);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(longer);
            }
        }

        private bool Enter(JsonTokenType opening)
        {
            _reader.Read();
            if (_reader.TokenType == opening)
            {
                return true;
            }

            IsExact &= _reader.TokenType == JsonTokenType.Null;
            _reader.Skip();
            return false;
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

        private void Uncounted()
        {
            _reader.Read();
            IsExact &= _reader.TokenType == JsonTokenType.Null;
            _reader.Skip();
        }

        private ByteRange Value()
        {
            _reader.Read();
            var start = (int)_reader.TokenStartIndex;
            _reader.Skip();
            return new ByteRange(start, (int)_reader.BytesConsumed - start);
        }
    }
}
