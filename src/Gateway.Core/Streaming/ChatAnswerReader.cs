using System.Text.Json;
using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>Reads a chat completion or a chunk of its stream in one pass, in place.</summary>
public static class ChatAnswerReader
{
    /// <param name="json">One JSON object, alone.</param>
    /// <param name="answer">What it says.</param>
    /// <param name="text">Takes the text of the answer, or null where nobody will count it.</param>
    /// <returns>False where it is no JSON object.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, out ChatAnswer answer, ReceivedText? text = null)
    {
        var found = (Answer: default(ChatAnswer), Text: text);
        var isObject = AnswerJson.TryRead(json, ref found, static (ref reader, _, ref found) =>
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadProperty(ref reader, ref found.Answer, found.Text);
            }
        });
        answer = found.Answer;
        return isObject;
    }

    private static void ReadProperty(ref Utf8JsonReader reader, ref ChatAnswer answer, ReceivedText? text)
    {
        var start = (int)reader.TokenStartIndex;
        if (reader.ValueTextEquals("choices"u8))
        {
            reader.Read();
            ReadChoices(ref reader, ref answer, text);
        }
        else if (reader.ValueTextEquals("usage"u8))
        {
            reader.Read();
            answer.Usage = UsageReader.TryRead(ref reader, out var usage) ? usage : null;
            answer.UsageProperty = new ByteRange(start, (int)reader.BytesConsumed - start);
        }
        else if (reader.ValueTextEquals("model"u8))
        {
            answer.Model = AnswerJson.Value(ref reader);
        }
        else if (reader.ValueTextEquals("object"u8))
        {
            answer.Object = AnswerJson.Value(ref reader);
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            answer.HasError = AnswerJson.IsError(ref reader);
        }
        else
        {
            answer.HasMessage |= reader.ValueTextEquals("message"u8);
            reader.Skip();
        }
    }

    private static void ReadChoices(ref Utf8JsonReader reader, ref ChatAnswer answer, ReceivedText? text)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        answer.HasChoices = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            answer.Choices++;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8))
                {
                    reader.Read();
                    ReadMessage(ref reader, ref answer, text);
                }
                else if (reader.ValueTextEquals("finish_reason"u8))
                {
                    reader.Read();
                    answer.Finished |= reader.TokenType == JsonTokenType.String;
                    reader.Skip();
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    /// <summary>
    /// Every string inside counts as text, but for the role and ids, which are no tokens of the answer, and for pictures and what a provider
    /// wants back with its calls, which are none of its text.
    /// </summary>
    private static void ReadMessage(ref Utf8JsonReader reader, ref ChatAnswer answer, ReceivedText? text)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        var depth = reader.CurrentDepth;
        var counts = false;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("images"u8) || reader.ValueTextEquals("extra_content"u8))
                {
                    reader.Skip();
                    continue;
                }

                counts = !(reader.ValueTextEquals("role"u8) || reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("type"u8));
            }
            else if (reader.TokenType == JsonTokenType.String && counts && !reader.ValueSpan.IsEmpty)
            {
                answer.Text += TextSize.OfJson(reader.ValueSpan);
                text?.Append(reader.ValueSpan);
            }
        }
    }
}
