using System.Text.Json;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Core.Dialects.Messages;

/// <summary>Reads a whole message in one pass, in place.</summary>
internal static class MessagesAnswerReader
{
    /// <param name="json">One JSON object, alone.</param>
    /// <param name="answer">What it says.</param>
    /// <param name="text">Takes the text of the answer, or null where nobody will count it.</param>
    /// <returns>False where it is no JSON object.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, out Answer answer, ReceivedText? text)
    {
        answer = default;
        var reader = new Utf8JsonReader(json);
        var (model, hasContent, isError, usage) = (default(ByteRange), false, false, default(AnthropicUsage));
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("model"u8))
                {
                    reader.Read();
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    model = new ByteRange(start, (int)reader.BytesConsumed - start);
                }
                else if (reader.ValueTextEquals("usage"u8))
                {
                    reader.Read();
                    usage.Read(ref reader);
                }
                else if (reader.ValueTextEquals("content"u8))
                {
                    reader.Read();
                    hasContent = reader.TokenType == JsonTokenType.StartArray;
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("error"u8))
                {
                    reader.Read();
                    isError = reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False);
                    reader.Skip();
                }
                else
                {
                    reader.Skip();
                }
            }

            // Anything behind the object makes the reader throw.
            reader.Read();
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

        answer = new Answer
        {
            IsAnswer = hasContent && !isError,
            IsError = isError,
            Model = model,
            Usage = usage.IsKnown && usage.InOpenAiMeaning != default ? usage.InOpenAiMeaning : null,
            Text = AnthropicAnswerBegun.Read(json, text),
        };
        return true;
    }
}
