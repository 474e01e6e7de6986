using System.Text.Json;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// One event of a stream, read in place in one pass, whatever the order of its properties. Ranges are offsets into its data: the inside of
/// JSON strings, escapes and all; one that is absent, or no string, is empty.
/// </summary>
internal struct AnthropicEvent
{
    /// <summary>Stands for an index that the event does not tell.</summary>
    public const long NoIndex = -1;

    public AnthropicEventKind Kind { get; private set; }

    /// <summary>The inside of its <c>type</c>.</summary>
    public ByteRange Type { get; private set; }

    /// <summary>The value of the message's <c>model</c>, quotes included.</summary>
    public ByteRange Model { get; private set; }

    /// <summary>The content block that it is of.</summary>
    public long Index { get; private set; }

    public ByteRange Text { get; private set; }

    public ByteRange Thinking { get; private set; }

    /// <summary>A piece of a tool's arguments, which are JSON inside of the string.</summary>
    public ByteRange Arguments { get; private set; }

    /// <summary>Whether the block that begins is a call of one of the client's own tools.</summary>
    public bool IsTool { get; private set; }

    public ByteRange Id { get; private set; }

    public ByteRange Name { get; private set; }

    /// <summary>The whole of a call's arguments as JSON, where a provider sends them with its beginning.</summary>
    public ByteRange Input { get; private set; }

    public ByteRange StopReason { get; private set; }

    /// <param name="data">The event's data.</param>
    /// <param name="read">What it says.</param>
    /// <param name="usage">Takes what it tells of the usage.</param>
    /// <returns>False where it is no JSON object.</returns>
    public static bool TryRead(ReadOnlySpan<byte> data, out AnthropicEvent read, ref AnthropicUsage usage)
    {
        read = new AnthropicEvent { Index = NoIndex };
        var reader = new Utf8JsonReader(data);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                read.ReadProperty(ref reader, ref usage);
            }

            // Anything behind the object makes the reader throw.
            reader.Read();
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

    private void ReadProperty(ref Utf8JsonReader reader, ref AnthropicUsage usage)
    {
        if (reader.ValueTextEquals("type"u8))
        {
            reader.Read();
            Type = reader.TokenType == JsonTokenType.String ? new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length) : default;
            Kind = Kind == AnthropicEventKind.Error ? Kind : KindOf(ref reader);
        }
        else if (reader.ValueTextEquals("index"u8))
        {
            reader.Read();
            Index = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var index) ? index : NoIndex;
            reader.Skip();
        }
        else if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("content_block"u8))
        {
            ReadContent(ref reader);
        }
        else if (reader.ValueTextEquals("usage"u8))
        {
            reader.Read();
            usage.Read(ref reader);
        }
        else if (reader.ValueTextEquals("message"u8))
        {
            ReadMessage(ref reader, ref usage);
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            reader.Read();
            Kind = reader.TokenType is JsonTokenType.Null ? Kind : AnthropicEventKind.Error;
            reader.Skip();
        }
        else
        {
            reader.Skip();
        }
    }

    /// <summary>A delta, or the block that begins: their properties are told apart by name alone.</summary>
    private void ReadContent(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                IsTool = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("tool_use"u8);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("text"u8))
            {
                Text = Inside(ref reader);
            }
            else if (reader.ValueTextEquals("partial_json"u8))
            {
                Arguments = Inside(ref reader);
            }
            else if (reader.ValueTextEquals("thinking"u8))
            {
                Thinking = Inside(ref reader);
            }
            else if (reader.ValueTextEquals("stop_reason"u8))
            {
                StopReason = Inside(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                Id = Inside(ref reader);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                Name = Inside(ref reader);
            }
            else if (reader.ValueTextEquals("input"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                var isObject = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
                Input = isObject ? new ByteRange(start, (int)reader.BytesConsumed - start) : default;
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadMessage(ref Utf8JsonReader reader, ref AnthropicUsage usage)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                usage.Read(ref reader);
            }
            else if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                Model = new ByteRange(start, (int)reader.BytesConsumed - start);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static AnthropicEventKind KindOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return AnthropicEventKind.Other;
        }

        return reader.ValueTextEquals("content_block_delta"u8) ? AnthropicEventKind.BlockDelta
            : reader.ValueTextEquals("content_block_start"u8) ? AnthropicEventKind.BlockStart
            : reader.ValueTextEquals("content_block_stop"u8) ? AnthropicEventKind.BlockStop
            : reader.ValueTextEquals("message_delta"u8) ? AnthropicEventKind.MessageDelta
            : reader.ValueTextEquals("message_start"u8) ? AnthropicEventKind.MessageStart
            : reader.ValueTextEquals("message_stop"u8) ? AnthropicEventKind.MessageStop
            : reader.ValueTextEquals("error"u8) ? AnthropicEventKind.Error
            : AnthropicEventKind.Other;
    }

    private static ByteRange Inside(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
        }

        reader.Skip();
        return default;
    }
}
