using System.Buffers;
using System.Text;
using System.Text.Json;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// Writes a whole message as a chat completion: its texts joined, its thoughts as <c>reasoning_content</c>, its calls with their arguments as
/// text. Blocks of other kinds, which only tools of the provider's own bring forth, are left out.
/// </summary>
internal static class AnthropicAnswer
{
    private enum Block
    {
        Other,
        Text,
        Thinking,
        Tool,
    }

    /// <returns>False where it is no message.</returns>
    public static bool TryWrite(ReadOnlySpan<byte> answer, ChatFrame frame, IBufferWriter<byte> output)
    {
        try
        {
            if (Read(answer) is not { } message)
            {
                return false;
            }

            Write(answer, message, frame, output);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A property name with an escape that stands for no text.
            return false;
        }
    }

    private static Message? Read(ReadOnlySpan<byte> answer)
    {
        var message = new Message();
        var reader = new Utf8JsonReader(answer);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                var isArray = reader.TokenType == JsonTokenType.StartArray;
                reader.Skip();
                message.Content = isArray ? new ByteRange(start, (int)reader.BytesConsumed - start) : default;
            }
            else if (reader.ValueTextEquals("stop_reason"u8))
            {
                reader.Read();
                message.StopReason = reader.TokenType == JsonTokenType.String ? new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length) : default;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                message.Usage.Read(ref reader);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                message.IsError = reader.TokenType != JsonTokenType.Null;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        // Anything behind the object makes the reader throw.
        reader.Read();
        return message is { IsError: false, Content.Length: > 0 } ? message : null;
    }

    private static void Write(ReadOnlySpan<byte> answer, Message message, ChatFrame frame, IBufferWriter<byte> output)
    {
        output.Write("{\"id\":\""u8);
        output.Write(Encoding.ASCII.GetBytes(frame.Id));
        output.Write("\",\"object\":\"chat.completion\",\"created\":"u8);
        JsonBytes.Write(output, frame.Created);
        output.Write(",\"model\":"u8);
        output.Write(frame.ModelJson.Span);
        output.Write(",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"u8);
        WriteContent(message.Content.Of(answer), output);
        output.Write("},\"logprobs\":null,\"finish_reason\":\""u8);
        output.Write(AnthropicStopReason.ToFinishReason(message.StopReason.Of(answer)));
        output.Write("\"}]"u8);
        if (message.Usage.IsKnown)
        {
            output.Write(",\"usage\":"u8);
            OpenAiUsage.Write(message.Usage.InOpenAiMeaning, output);
        }

        output.Write("}"u8);
    }

    private static void WriteContent(ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        // An answer of calls alone has no content; an empty one has an empty one.
        var texts = Count(content, Block.Text);
        var calls = Count(content, Block.Tool);
        if (texts == 0 && calls > 0)
        {
            output.Write("null"u8);
        }
        else
        {
            WriteJoined(content, Block.Text, output);
        }

        output.Write(",\"refusal\":null"u8);
        if (Count(content, Block.Thinking) > 0)
        {
            output.Write(",\"reasoning_content\":"u8);
            WriteJoined(content, Block.Thinking, output);
        }

        if (calls > 0)
        {
            output.Write(",\"tool_calls\":["u8);
            WriteCalls(content, output);
            output.Write("]"u8);
        }
    }

    private static int Count(ReadOnlySpan<byte> content, Block kind)
    {
        var blocks = new Blocks(content);
        var count = 0;
        while (blocks.TryRead())
        {
            count += blocks.Kind == kind ? 1 : 0;
        }

        return count;
    }

    private static void WriteJoined(ReadOnlySpan<byte> content, Block kind, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        for (var blocks = new Blocks(content); blocks.TryRead();)
        {
            output.Write(blocks.Kind != kind ? default : kind == Block.Text ? blocks.Text : blocks.Thinking);
        }

        output.Write("\""u8);
    }

    private static void WriteCalls(ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        var first = true;
        for (var blocks = new Blocks(content); blocks.TryRead();)
        {
            if (blocks.Kind != Block.Tool)
            {
                continue;
            }

            output.Write(first ? "{\"id\":\""u8 : ",{\"id\":\""u8);
            output.Write(blocks.Id);
            output.Write("\",\"type\":\"function\",\"function\":{\"name\":\""u8);
            output.Write(blocks.Name);
            output.Write("\",\"arguments\":\""u8);
            JsonBytes.WriteInside(output, blocks.Input.IsEmpty ? "{}"u8 : blocks.Input);
            output.Write("\"}}"u8);
            first = false;
        }
    }

    private sealed class Message
    {
        public ByteRange Content;
        public ByteRange StopReason;
        public AnthropicUsage Usage;
        public bool IsError;
    }

    /// <summary>The blocks of a content, one after the other.</summary>
    private ref struct Blocks
    {
        private readonly ReadOnlySpan<byte> _content;
        private Utf8JsonReader _reader;

        public Blocks(ReadOnlySpan<byte> content)
        {
            _content = content;
            _reader = new Utf8JsonReader(content);
            _reader.Read();
        }

        public Block Kind { get; private set; }

        public ReadOnlySpan<byte> Text { get; private set; }

        public ReadOnlySpan<byte> Thinking { get; private set; }

        public ReadOnlySpan<byte> Id { get; private set; }

        public ReadOnlySpan<byte> Name { get; private set; }

        public ReadOnlySpan<byte> Input { get; private set; }

        public bool TryRead()
        {
            Kind = Block.Other;
            Text = Thinking = Id = Name = Input = default;
            if (!_reader.Read() || _reader.TokenType == JsonTokenType.EndArray)
            {
                return false;
            }

            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                _reader.Skip();
                return true;
            }

            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadProperty();
            }

            return true;
        }

        private void ReadProperty()
        {
            if (_reader.ValueTextEquals("type"u8))
            {
                _reader.Read();
                Kind = _reader.TokenType != JsonTokenType.String ? Block.Other
                    : _reader.ValueTextEquals("text"u8) ? Block.Text
                    : _reader.ValueTextEquals("thinking"u8) ? Block.Thinking
                    : _reader.ValueTextEquals("tool_use"u8) ? Block.Tool
                    : Block.Other;
                _reader.Skip();
            }
            else if (_reader.ValueTextEquals("text"u8))
            {
                Text = Inside();
            }
            else if (_reader.ValueTextEquals("thinking"u8))
            {
                Thinking = Inside();
            }
            else if (_reader.ValueTextEquals("id"u8))
            {
                Id = Inside();
            }
            else if (_reader.ValueTextEquals("name"u8))
            {
                Name = Inside();
            }
            else if (_reader.ValueTextEquals("input"u8))
            {
                _reader.Read();
                var start = (int)_reader.TokenStartIndex;
                var isObject = _reader.TokenType == JsonTokenType.StartObject;
                _reader.Skip();
                Input = isObject ? _content[start..(int)_reader.BytesConsumed] : default;
            }
            else
            {
                _reader.Skip();
            }
        }

        private ReadOnlySpan<byte> Inside()
        {
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.String)
            {
                return _reader.ValueSpan;
            }

            _reader.Skip();
            return default;
        }
    }
}
