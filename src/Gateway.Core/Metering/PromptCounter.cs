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
    private const int ToolChosen = 7;
    private const int FunctionChosen = 4;
    private const int FunctionCall = 3;
    private const int FunctionResult = -2;

    /// <param name="body">A chat body. One that is broken counts as far as it can be read, and is not exact.</param>
    /// <param name="encoder">Of the model that serves.</param>
    public static PromptCount Count(ReadOnlySpan<byte> body, BytePairEncoder encoder) => PromptJson.Count(body, encoder, default(Walk), Priming);

    private struct Walk : IPromptWalk
    {
        private bool _isSystem;
        private ByteRange _content;
        private ByteRange? _system;

        public void Body(ref PromptJson json)
        {
            var tools = default(ByteRange);
            var functions = default(ByteRange);
            while (json.Reader.Read() && json.Reader.TokenType == JsonTokenType.PropertyName)
            {
                if (json.Reader.ValueTextEquals("messages"u8))
                {
                    Messages(ref json);
                }
                else if (json.Reader.ValueTextEquals("tools"u8))
                {
                    tools = json.Value();
                }
                else if (json.Reader.ValueTextEquals("functions"u8))
                {
                    functions = json.Value();
                }
                else if (json.Reader.ValueTextEquals("tool_choice"u8))
                {
                    json.ToolChoice(ToolChosen);
                }
                else if (json.Reader.ValueTextEquals("function_call"u8))
                {
                    json.ToolChoice(FunctionChosen);
                }
                else if (json.Reader.ValueTextEquals("response_format"u8))
                {
                    json.AnswerForm();
                }
                else
                {
                    json.Reader.Skip();
                }
            }

            var text = new ToolText();
            text.Add(tools.Of(json.Body));
            text.Add(functions.Of(json.Body));
            if (json.Tools(text, hasSystem: _system is not null) && _system is { } system)
            {
                json.Tokens += LineBreakBehind(system.Of(json.Body), json.Encoder);
            }
        }

        private void Messages(ref PromptJson json)
        {
            if (!Enter(ref json, JsonTokenType.StartArray))
            {
                return;
            }

            while (json.Reader.Read() && json.Reader.TokenType != JsonTokenType.EndArray)
            {
                if (json.Reader.TokenType != JsonTokenType.StartObject)
                {
                    json.Unknown();
                    continue;
                }

                json.Tokens += PerMessage;
                (_isSystem, _content) = (false, default);
                while (json.Reader.Read() && json.Reader.TokenType == JsonTokenType.PropertyName)
                {
                    MessageProperty(ref json);
                }

                _system ??= _isSystem ? _content : null;
            }
        }

        private void MessageProperty(ref PromptJson json)
        {
            if (json.Reader.ValueTextEquals("content"u8))
            {
                json.Reader.Read();
                if (json.Reader.TokenType != JsonTokenType.StartArray)
                {
                    _content = json.Reader.TokenType == JsonTokenType.String ? new ByteRange((int)json.Reader.TokenStartIndex + 1, json.Reader.ValueSpan.Length) : default;
                    json.Text();
                    return;
                }

                while (json.Reader.Read() && json.Reader.TokenType != JsonTokenType.EndArray)
                {
                    Part(ref json);
                }
            }
            else if (json.Reader.ValueTextEquals("role"u8))
            {
                json.Reader.Read();
                var isText = json.Reader.TokenType == JsonTokenType.String;
                _isSystem = isText && json.Reader.ValueTextEquals("system"u8);
                json.Tokens += isText && json.Reader.ValueTextEquals("function"u8) ? FunctionResult : 0;
                json.Text();
            }
            else if (json.Reader.ValueTextEquals("name"u8))
            {
                json.Reader.Read();
                json.Tokens += json.Reader.TokenType == JsonTokenType.String ? PerName : 0;
                json.Text();
            }
            else if (json.Reader.ValueTextEquals("tool_calls"u8))
            {
                if (Enter(ref json, JsonTokenType.StartArray))
                {
                    while (json.Reader.Read() && json.Reader.TokenType != JsonTokenType.EndArray)
                    {
                        ToolCall(ref json);
                    }
                }
            }
            else if (json.Reader.ValueTextEquals("function_call"u8))
            {
                json.Reader.Read();
                json.Tokens += json.Reader.TokenType == JsonTokenType.StartObject ? FunctionCall : 0;
                Called(ref json);
            }
            else if (json.Reader.ValueTextEquals("audio"u8))
            {
                // An earlier answer's sound, by its id.
                json.Uncounted();
            }
            else if (json.Reader.ValueTextEquals("image"u8))
            {
                // A picture: a card that takes the field makes a part of it, and a request to any other is refused.
                json.Reader.Skip();
            }
            else
            {
                // Refusals, ids of tool calls, what a provider adds.
                json.Reader.Read();
                json.Text();
            }
        }

        private static void Part(ref PromptJson json)
        {
            if (json.Reader.TokenType != JsonTokenType.StartObject)
            {
                json.Text();
                return;
            }

            while (json.Reader.Read() && json.Reader.TokenType == JsonTokenType.PropertyName)
            {
                if (json.Reader.ValueTextEquals("text"u8) || json.Reader.ValueTextEquals("refusal"u8))
                {
                    json.Reader.Read();
                    json.Text();
                }
                else if (json.Reader.ValueTextEquals("input_audio"u8) || json.Reader.ValueTextEquals("file"u8))
                {
                    json.Uncounted();
                }
                else if (IsNoText(ref json))
                {
                    json.Reader.Skip();
                }
                else
                {
                    json.Reader.Read();
                    json.Unknown();
                }
            }
        }

        private static bool IsNoText(ref PromptJson json) =>
            json.Reader.ValueTextEquals("type"u8) || json.Reader.ValueTextEquals("image_url"u8) || json.Reader.ValueTextEquals("image_file"u8)
            || json.Reader.ValueTextEquals("prompt_cache_breakpoint"u8) || json.Reader.ValueTextEquals("cache_control"u8);

        private static void ToolCall(ref PromptJson json)
        {
            if (json.Reader.TokenType != JsonTokenType.StartObject)
            {
                json.Unknown();
                return;
            }

            while (json.Reader.Read() && json.Reader.TokenType == JsonTokenType.PropertyName)
            {
                var isCalled = json.Reader.ValueTextEquals("function"u8) || json.Reader.ValueTextEquals("custom"u8);
                json.Reader.Read();
                if (isCalled)
                {
                    Called(ref json);
                }
                else
                {
                    json.Reader.Skip();
                }
            }
        }

        /// <summary>A function's name and arguments, a custom tool's name and input.</summary>
        private static void Called(ref PromptJson json)
        {
            if (json.Reader.TokenType != JsonTokenType.StartObject)
            {
                json.Text();
                return;
            }

            while (json.Reader.Read() && json.Reader.TokenType == JsonTokenType.PropertyName)
            {
                json.Reader.Read();
                json.Text();
            }
        }

        /// <summary>What a line break behind a text adds: nothing, where it joins the text's last token.</summary>
        private static long LineBreakBehind(ReadOnlySpan<byte> inside, BytePairEncoder encoder)
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

        private static bool Enter(ref PromptJson json, JsonTokenType opening)
        {
            json.Reader.Read();
            if (json.Reader.TokenType == opening)
            {
                return true;
            }

            json.IsExact &= json.Reader.TokenType == JsonTokenType.Null;
            json.Reader.Skip();
            return false;
        }
    }
}
