using System.Text.Json;
using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>Reads an answer about images or audio, or an event of its stream, in one pass, in place.</summary>
public static class MediaAnswerReader
{
    /// <param name="json">One JSON object, alone.</param>
    /// <param name="answer">What it says.</param>
    /// <param name="text">Takes the text of the answer, or null where nobody will count it.</param>
    /// <returns>False where it is no JSON object.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, out MediaAnswer answer, ReceivedText? text = null)
    {
        var found = (Answer: default(MediaAnswer), Text: text);
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

    private static void ReadProperty(ref Utf8JsonReader reader, ref MediaAnswer answer, ReceivedText? text)
    {
        if (reader.ValueTextEquals("type"u8))
        {
            reader.Read();
            answer.Type = reader.TokenType == JsonTokenType.String ? new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length) : default;
            reader.Skip();
        }
        else if (reader.ValueTextEquals("usage"u8))
        {
            reader.Read();
            answer.Usage = MediaUsageReader.TryRead(ref reader, out var usage) ? usage : null;
        }
        else if (reader.ValueTextEquals("data"u8))
        {
            reader.Read();
            ReadData(ref reader, ref answer);
        }
        else if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("delta"u8))
        {
            answer.HasText |= reader.ValueTextEquals("text"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                answer.Text += TextSize.OfJson(reader.ValueSpan);
                text?.Append(reader.ValueSpan);
            }

            reader.Skip();
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            answer.HasError = AnswerJson.IsError(ref reader);
        }
        else
        {
            reader.Skip();
        }
    }

    private static void ReadData(ref Utf8JsonReader reader, ref MediaAnswer answer)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        answer.HasData = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            answer.Images += reader.TokenType == JsonTokenType.StartObject ? 1 : 0;
            reader.Skip();
        }
    }
}
