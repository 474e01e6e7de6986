using System.Text.Json;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>The text in the beginning of a text completion whose rest never came, as <see cref="PartialAnswerReader"/> reads that of a chat completion.</summary>
public static class PartialCompletionReader
{
    // The object, its choices, a choice.
    private const int InsideAnswer = 1;
    private const int InsideChoice = 3;

    /// <param name="json">The beginning of a JSON object. Behind what is no JSON nothing is read.</param>
    /// <param name="text">Takes the text, or null where nobody will count it.</param>
    public static TextSize Read(ReadOnlySpan<byte> json, ReceivedText? text = null)
    {
        var size = default(TextSize);
        var reader = new Utf8JsonReader(json, isFinalBlock: false, state: default);
        var (inChoices, counts) = (false, false);
        try
        {
            while (reader.Read())
            {
                if (counts && reader.TokenType == JsonTokenType.String)
                {
                    PartialAnswerReader.Take(reader.ValueSpan, text, ref size);
                }

                var named = reader.TokenType == JsonTokenType.PropertyName;
                inChoices = named && reader.CurrentDepth == InsideAnswer ? reader.ValueTextEquals("choices"u8) : inChoices;
                counts = named && inChoices && reader.CurrentDepth == InsideChoice && reader.ValueTextEquals("text"u8);
            }
        }
        catch (JsonException)
        {
            return size;
        }
        catch (InvalidOperationException)
        {
            // A property name with an escape that stands for no text.
            return size;
        }

        var rest = json[(int)reader.BytesConsumed..].TrimStart(" \t\r\n"u8);
        if (counts && rest is [(byte)'"', .. var begun])
        {
            PartialAnswerReader.Take(PartialAnswerReader.WholeCharacters(begun), text, ref size);
        }

        return size;
    }
}
