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
    private const int ToolChosen = 7;

    /// <param name="body">A response's request. One that is broken counts as far as it can be read, and is not exact.</param>
    /// <param name="encoder">Of the model that serves.</param>
    public static PromptCount Count(ReadOnlySpan<byte> body, BytePairEncoder encoder) => PromptJson.Count(body, encoder, default(Walk), Priming);

    private struct Walk : IPromptWalk
    {
        private bool _hasSystem;

        public void Body(ref PromptJson json)
        {
            var tools = default(ByteRange);
            while (json.Reader.Read() && json.Reader.TokenType == JsonTokenType.PropertyName)
            {
                if (json.Reader.ValueTextEquals("input"u8))
                {
                    Input(ref json);
                }
                else if (json.Reader.ValueTextEquals("instructions"u8))
                {
                    json.Reader.Read();
                    if (json.Reader.TokenType != JsonTokenType.Null)
                    {
                        _hasSystem = true;
                        json.Tokens += PerMessage + PerRole;
                        json.Text();
                    }
                }
                else if (json.Reader.ValueTextEquals("tools"u8))
                {
                    tools = json.Value();
                }
                else if (json.Reader.ValueTextEquals("tool_choice"u8))
                {
                    json.ToolChoice(ToolChosen);
                }
                else if (json.Reader.ValueTextEquals("text"u8))
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
            json.Tools(text, _hasSystem);
        }

        private void Input(ref PromptJson json)
        {
            json.Reader.Read();
            if (json.Reader.TokenType != JsonTokenType.StartArray)
            {
                json.Tokens += PerMessage + PerRole;
                json.Text();
                return;
            }

            while (json.Reader.Read() && json.Reader.TokenType != JsonTokenType.EndArray)
            {
                if (json.Reader.TokenType != JsonTokenType.StartObject)
                {
                    json.Unknown();
                    continue;
                }

                json.Tokens += PerMessage + PerRole;
                while (json.Reader.Read() && json.Reader.TokenType == JsonTokenType.PropertyName)
                {
                    ItemProperty(ref json);
                }
            }
        }

        private void ItemProperty(ref PromptJson json)
        {
            if (json.Reader.ValueTextEquals("content"u8) || json.Reader.ValueTextEquals("output"u8) || json.Reader.ValueTextEquals("summary"u8))
            {
                json.Reader.Read();
                if (json.Reader.TokenType != JsonTokenType.StartArray)
                {
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
                _hasSystem |= json.Reader.TokenType == JsonTokenType.String && (json.Reader.ValueTextEquals("system"u8) || json.Reader.ValueTextEquals("developer"u8));
                json.Reader.Skip();
            }
            else if (json.Reader.ValueTextEquals("type"u8))
            {
                json.Reader.Read();

                // What a reference stands for is not here.
                json.IsExact &= json.Reader.TokenType != JsonTokenType.String || !json.Reader.ValueTextEquals("item_reference"u8);
                json.Reader.Skip();
            }
            else if (json.Reader.ValueTextEquals("id"u8) || json.Reader.ValueTextEquals("status"u8) || json.Reader.ValueTextEquals("call_id"u8))
            {
                json.Reader.Skip();
            }
            else if (json.Reader.ValueTextEquals("encrypted_content"u8))
            {
                json.Reader.Read();
                Encrypted(ref json);
            }
            else
            {
                // A call's name, arguments or input; what a provider adds.
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
                else if (json.Reader.ValueTextEquals("input_audio"u8) || json.Reader.ValueTextEquals("file_data"u8) || json.Reader.ValueTextEquals("file_url"u8))
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
            json.Reader.ValueTextEquals("type"u8) || json.Reader.ValueTextEquals("image_url"u8) || json.Reader.ValueTextEquals("file_id"u8)
            || json.Reader.ValueTextEquals("detail"u8) || json.Reader.ValueTextEquals("filename"u8) || json.Reader.ValueTextEquals("annotations"u8)
            || json.Reader.ValueTextEquals("logprobs"u8) || json.Reader.ValueTextEquals("prompt_cache_breakpoint"u8);

        /// <summary>Nobody but the provider can read it: the estimate of its length stands for it.</summary>
        private static void Encrypted(ref PromptJson json)
        {
            if (json.Reader.TokenType == JsonTokenType.String && !json.Reader.ValueSpan.IsEmpty)
            {
                json.Tokens += TextEstimate.Tokens(TextSize.OfJson(json.Reader.ValueSpan));
                json.IsExact = false;
            }

            json.Reader.Skip();
        }
    }
}
