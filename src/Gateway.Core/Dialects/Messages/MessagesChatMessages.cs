using System.Buffers;
using System.Text.Json;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Messages;

namespace Gateway.Core.Dialects.Messages;

/// <summary>
/// Writes turns as chat messages. (1) The results of tools, each a message of its own in front of what else the user says, as the API
/// wants them behind their calls; pictures of results, which such a message cannot hold, begin the user's message under the name of their
/// call. (2) The assistant's texts are one, and its calls have their arguments as text; thoughts are left out, which only their author can read.
/// </summary>
internal sealed class MessagesChatMessages(ReadOnlyMemory<byte> body, MessagesRequest request, ArrayBufferWriter<byte> output, bool forCount)
{
    private readonly MessagesChatParts _parts = new(body, request, output, forCount);
    private int _images;
    private int _written;

    /// <inheritdoc cref="MessagesChatParts.Order"/>
    public IReadOnlyList<int> Order => _parts.Order;

    public GatewayError? Write(ReadOnlyMemory<byte> system)
    {
        if (WriteSystem(system, "system") is { } refusal)
        {
            return refusal;
        }

        // The reader refuses a body without messages.
        var range = request.Find("messages"u8)!.Value.Value;
        var json = body.Slice(range.Start, range.Length);
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        var role = "";
        for (var i = 0; reader.Read() && reader.TokenType == JsonTokenType.StartObject; i++)
        {
            var content = default(ReadOnlyMemory<byte>);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("role"u8))
                {
                    reader.Read();
                    role = reader.GetString()!;
                }
                else if (reader.ValueTextEquals("content"u8))
                {
                    content = AnthropicJson.Value(ref reader, json);
                }
                else
                {
                    reader.Skip();
                }
            }

            var path = $"messages[{i}]";
            var error = role switch
            {
                "assistant" => WriteAssistant(content, path),
                "system" => WriteSystem(content, $"{path}.content"),
                _ => WriteUser(content, path),
            };
            if (error is not null)
            {
                return error;
            }
        }

        // The API would begin its answer anew, and not go on from there.
        return role == "assistant" && !forCount
            ? GatewayError.InvalidValue($"messages[{request.Messages - 1}].role", "this model cannot go on from the beginning of an answer. End the messages with one of the user.")
            : null;
    }

    private void BeginMessage(ReadOnlySpan<byte> head)
    {
        output.Write(_written++ > 0 ? ","u8 : ""u8);
        output.Write(head);
        _parts.Begin();
    }

    /// <summary>A message that is one text.</summary>
    private void WriteMessage(ReadOnlySpan<byte> head, ReadOnlyMemory<byte> text)
    {
        BeginMessage(head);
        output.Write(text.Span);
        output.Write("}"u8);
    }

    private GatewayError? WriteSystem(ReadOnlyMemory<byte> content, string path)
    {
        if (content.IsEmpty)
        {
            return null;
        }

        var blocks = new List<MessagesBlock>();
        if (AnthropicJson.IsArray(content) && MessagesBlock.ReadAll(content, path, blocks, ref _images) is { } refusal)
        {
            return refusal;
        }

        foreach (var block in blocks)
        {
            if (block.Type != "text" && !forCount)
            {
                return GatewayError.InvalidValue($"{block.Path}.type", "expected 'text'.");
            }
        }

        var texts = blocks.Where(static block => !MessagesChatParts.IsEmpty(block.Text)).Select(static block => block.Text).ToList();
        if (AnthropicJson.IsString(content))
        {
            texts.Add(content);
        }

        if (texts.Count > 0)
        {
            BeginMessage("{\"role\":\"system\",\"content\":"u8);
            _parts.WriteTexts(texts);
            output.Write("}"u8);
        }

        return null;
    }

    private GatewayError? WriteUser(ReadOnlyMemory<byte> content, string path)
    {
        if (AnthropicJson.IsString(content))
        {
            WriteMessage("{\"role\":\"user\",\"content\":"u8, content);
            return null;
        }

        var blocks = new List<MessagesBlock>();
        if (MessagesBlock.ReadAll(content, $"{path}.content", blocks, ref _images) is { } refusal)
        {
            return refusal;
        }

        foreach (var block in blocks)
        {
            if (block.Type == "tool_result" && WriteResult(block) is { } error)
            {
                return error;
            }
        }

        if (blocks.TrueForAll(static block => block.Type == "tool_result" && !MessagesChatParts.HasImages(block)))
        {
            return null;
        }

        if (blocks is [{ Type: "text" } only] && AnthropicJson.IsString(only.Text))
        {
            WriteMessage("{\"role\":\"user\",\"content\":"u8, only.Text);
            return null;
        }

        BeginMessage("{\"role\":\"user\",\"content\":["u8);
        foreach (var block in blocks)
        {
            if (block.Type == "tool_result")
            {
                _parts.WriteResultImages(block);
            }
        }

        foreach (var block in blocks)
        {
            if (block.Type != "tool_result" && _parts.WritePart(block) is { } error)
            {
                return error;
            }
        }

        output.Write("]}"u8);
        return null;
    }

    private GatewayError? WriteResult(MessagesBlock block)
    {
        if (!AnthropicJson.IsString(block.ToolUseId) && !forCount)
        {
            return block.ToolUseId.IsEmpty
                ? GatewayError.MissingParameter($"{block.Path}.tool_use_id")
                : GatewayError.InvalidType($"{block.Path}.tool_use_id", "a string", AnthropicJson.Describe(block.ToolUseId));
        }

        var texts = new List<ReadOnlyMemory<byte>>();
        if (!MessagesChatParts.IsEmpty(block.ContentText))
        {
            texts.Add(block.ContentText);
        }

        if (_parts.Gather(block.Children, texts) is { } error)
        {
            return error;
        }

        BeginMessage("{\"role\":\"tool\",\"tool_call_id\":"u8);
        output.Write(block.ToolUseId.IsEmpty ? "\"\""u8 : block.ToolUseId.Span);
        output.Write(",\"content\":"u8);
        _parts.WriteTexts(texts);
        output.Write("}"u8);
        return null;
    }

    private GatewayError? WriteAssistant(ReadOnlyMemory<byte> content, string path)
    {
        if (AnthropicJson.IsString(content))
        {
            WriteMessage("{\"role\":\"assistant\",\"content\":"u8, content);
            return null;
        }

        var blocks = new List<MessagesBlock>();
        if (MessagesBlock.ReadAll(content, $"{path}.content", blocks, ref _images) is { } refusal)
        {
            return refusal;
        }

        var (texts, calls) = (0, 0);
        foreach (var block in blocks)
        {
            switch (block.Type)
            {
                case "text" when AnthropicJson.IsString(block.Text):
                    texts++;
                    break;
                case "tool_use":
                    calls++;
                    if (Judge(block) is { } error)
                    {
                        return error;
                    }

                    break;
                case "thinking" or "redacted_thinking":
                    break;
                default:
                    if (!forCount)
                    {
                        return MessagesChatParts.Unsupported(block);
                    }

                    break;
            }
        }

        BeginMessage("{\"role\":\"assistant\",\"content\":"u8);
        if (texts == 0 && calls > 0)
        {
            output.Write("null"u8);
        }
        else
        {
            output.Write("\""u8);
            foreach (var block in blocks)
            {
                output.Write(block.Type == "text" && AnthropicJson.IsString(block.Text) ? block.Text.Span[1..^1] : default);
            }

            output.Write("\""u8);
        }

        WriteCalls(blocks, calls);
        output.Write("}"u8);
        return null;
    }

    private void WriteCalls(List<MessagesBlock> blocks, int calls)
    {
        if (calls == 0)
        {
            return;
        }

        output.Write(",\"tool_calls\":["u8);
        foreach (var call in blocks)
        {
            if (call.Type == "tool_use")
            {
                output.Write("{\"id\":"u8);
                output.Write(call.Id.IsEmpty ? "\"\""u8 : call.Id.Span);
                output.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
                output.Write(call.Name.IsEmpty ? "\"\""u8 : call.Name.Span);
                output.Write(",\"arguments\":\""u8);
                JsonBytes.WriteInside(output, call.Input.IsEmpty ? "{}"u8 : call.Input.Span);
                output.Write(--calls > 0 ? "\"}},"u8 : "\"}}"u8);
            }
        }

        output.Write("]"u8);
    }

    private GatewayError? Judge(MessagesBlock call) => forCount ? null
        : call.Id.IsEmpty ? GatewayError.MissingParameter($"{call.Path}.id")
        : call.Name.IsEmpty ? GatewayError.MissingParameter($"{call.Path}.name")
        : !AnthropicJson.IsString(call.Id) ? GatewayError.InvalidType($"{call.Path}.id", "a string", AnthropicJson.Describe(call.Id))
        : !AnthropicJson.IsString(call.Name) ? GatewayError.InvalidType($"{call.Path}.name", "a string", AnthropicJson.Describe(call.Name))
        : call.Input.IsEmpty || AnthropicJson.IsObject(call.Input) ? null
        : GatewayError.InvalidType($"{call.Path}.input", "an object", AnthropicJson.Describe(call.Input));
}
