using System.Text.Json;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>The text in the beginning of a response whose rest never came, as <see cref="PartialAnswerReader"/> reads that of a chat completion.</summary>
public static class PartialResponseReader
{
    // The object, its output, an item: what an item holds lies on the third level or below.
    private const int InsideAnswer = 1;
    private const int InsideItem = 3;

    /// <param name="json">The beginning of a JSON object. Behind what is no JSON nothing is read.</param>
    /// <param name="text">Takes the text, or null where nobody will count it.</param>
    public static TextSize Read(ReadOnlySpan<byte> json, ReceivedText? text = null)
    {
        var size = default(TextSize);
        var reader = new Utf8JsonReader(json, isFinalBlock: false, state: default);
        var (inOutput, counts, named) = (false, false, false);
        try
        {
            while (reader.Read())
            {
                named = reader.TokenType == JsonTokenType.PropertyName;
                if (!named)
                {
                    if (counts && reader.TokenType == JsonTokenType.String)
                    {
                        PartialAnswerReader.Take(reader.ValueSpan, text, ref size);
                    }

                    continue;
                }

                inOutput = reader.CurrentDepth == InsideAnswer ? reader.ValueTextEquals("output"u8) : inOutput;
                counts = inOutput && reader.CurrentDepth >= InsideItem && !ResponsesAnswerReader.IsNoText(ref reader) && !ResponsesAnswerReader.IsLabel(ref reader);
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
        if (named && counts && rest is [(byte)'"', .. var begun])
        {
            PartialAnswerReader.Take(PartialAnswerReader.WholeCharacters(begun), text, ref size);
        }

        return size;
    }
}
