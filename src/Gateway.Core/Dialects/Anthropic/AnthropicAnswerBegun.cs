using System.Text.Json;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>The text in the beginning of a message whose rest never came: what its blocks say, think, and give their tools.</summary>
internal static class AnthropicAnswerBegun
{
    // The object, its content, a block: what a block holds lies on the third level or below.
    private const int InsideAnswer = 1;
    private const int InsideBlock = 3;

    /// <param name="json">The beginning of a JSON object. Behind what is no JSON nothing is read.</param>
    /// <param name="text">Takes the text, or null where nobody will count it.</param>
    public static TextSize Read(ReadOnlySpan<byte> json, ReceivedText? text)
    {
        var size = default(TextSize);
        var reader = new Utf8JsonReader(json, isFinalBlock: false, state: default);
        var (inContent, inInput, counts, named) = (false, false, false, false);
        try
        {
            while (reader.Read())
            {
                named = reader.TokenType == JsonTokenType.PropertyName;
                if (named)
                {
                    inContent = reader.CurrentDepth == InsideAnswer ? reader.ValueTextEquals("content"u8) : inContent;
                    inInput = reader.CurrentDepth == InsideBlock ? reader.ValueTextEquals("input"u8) : inInput;
                    counts = inContent && reader.CurrentDepth >= InsideBlock
                        && (inInput || reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("thinking"u8) || reader.ValueTextEquals("name"u8));
                }

                if (counts && (reader.TokenType is JsonTokenType.String or JsonTokenType.Number || (named && inInput && reader.CurrentDepth > InsideBlock)))
                {
                    PartialAnswerReader.Take(reader.ValueSpan, text, ref size);
                }
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

        var rest = json[(int)reader.BytesConsumed..].TrimStart(" \t\r\n:"u8);
        if (named && counts && rest is [(byte)'"', .. var begun])
        {
            PartialAnswerReader.Take(PartialAnswerReader.WholeCharacters(begun), text, ref size);
        }

        return size;
    }
}
