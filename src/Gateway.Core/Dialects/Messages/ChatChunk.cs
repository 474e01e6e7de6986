using System.Text.Json;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Core.Dialects.Messages;

/// <summary>
/// One chunk of a chat completion's stream, read in place in one pass; of its choices the first. Ranges are offsets into its data: the
/// inside of JSON strings, escapes and all; one that is absent, or no string, is empty.
/// </summary>
internal sealed class ChatChunk
{
    private readonly List<ChatCallPiece> _calls = [];
    private bool _hasMessage;
    private bool _hasError;

    public ByteRange Content { get; private set; }

    public ByteRange Refusal { get; private set; }

    public ByteRange Reasoning { get; private set; }

    public IReadOnlyList<ChatCallPiece> Calls => _calls;

    public ByteRange FinishReason { get; private set; }

    public Usage? Usage { get; private set; }

    /// <summary>Whether there is a choice in it.</summary>
    public bool HasChoice { get; private set; }

    /// <summary>Whether it is an error rather than a chunk, nested or flat.</summary>
    public bool IsError => _hasError || (_hasMessage && !HasChoice && Usage is null);

    /// <summary>Forgets the last chunk, and reads one.</summary>
    /// <returns>False where it is no JSON object.</returns>
    public bool TryRead(ReadOnlySpan<byte> data)
    {
        _calls.Clear();
        (Content, Refusal, Reasoning, FinishReason) = (default, default, default, default);
        (Usage, HasChoice, _hasMessage, _hasError) = (null, false, false, false);
        var reader = new Utf8JsonReader(data);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadProperty(ref reader);
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

    private void ReadProperty(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("choices"u8))
        {
            reader.Read();
            ReadChoices(ref reader);
        }
        else if (reader.ValueTextEquals("usage"u8))
        {
            reader.Read();
            Usage = UsageReader.TryRead(ref reader, out var usage) ? usage : null;
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            reader.Read();
            _hasError = reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False);
            reader.Skip();
        }
        else
        {
            _hasMessage |= reader.ValueTextEquals("message"u8);
            reader.Skip();
        }
    }

    private void ReadChoices(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (HasChoice || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            HasChoice = true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8))
                {
                    reader.Read();
                    ReadDelta(ref reader);
                }
                else if (reader.ValueTextEquals("finish_reason"u8))
                {
                    FinishReason = Inside(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    private void ReadDelta(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                Content = Inside(ref reader);
            }
            else if (reader.ValueTextEquals("refusal"u8))
            {
                Refusal = Inside(ref reader);
            }
            else if (reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("reasoning"u8))
            {
                // Some send it under both names.
                var inside = Inside(ref reader);
                Reasoning = inside.Length > 0 ? inside : Reasoning;
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                reader.Read();
                ReadCalls(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadCalls(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            var piece = new ChatCallPiece { Index = ChatCallPiece.NoIndex };
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("index"u8))
                {
                    reader.Read();
                    piece = piece with { Index = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var index) ? index : ChatCallPiece.NoIndex };
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("id"u8))
                {
                    piece = piece with { Id = Inside(ref reader) };
                }
                else if (reader.ValueTextEquals("function"u8))
                {
                    reader.Read();
                    piece = ReadFunction(ref reader, piece);
                }
                else
                {
                    reader.Skip();
                }
            }

            _calls.Add(piece);
        }
    }

    private static ChatCallPiece ReadFunction(ref Utf8JsonReader reader, ChatCallPiece piece)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return piece;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                piece = piece with { Name = Inside(ref reader) };
            }
            else if (reader.ValueTextEquals("arguments"u8))
            {
                piece = piece with { Arguments = Inside(ref reader) };
            }
            else
            {
                reader.Skip();
            }
        }

        return piece;
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
