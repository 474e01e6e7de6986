using System.Text.Json;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>The text in the beginning of an answer whose rest never came: texts and thoughts, names of calls and what their arguments say.</summary>
internal static class GeminiAnswerBegun
{
    // Object, candidates, candidate, content, parts, part: what a part holds lies on the sixth level or below.
    private const int InsideAnswer = 1;
    private const int InsideCandidate = 3;
    private const int InsideContent = 4;
    private const int InsidePart = 6;

    public static TextSize Read(ReadOnlySpan<byte> json, ReceivedText? text)
    {
        var size = default(TextSize);
        var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 128 }));
        var (candidates, content, parts, call, counts, named) = (false, false, false, false, false, false);
        try
        {
            while (reader.Read())
            {
                named = reader.TokenType == JsonTokenType.PropertyName;
                if (!named)
                {
                    if (counts && reader.TokenType == JsonTokenType.String && reader.CurrentDepth >= InsidePart)
                    {
                        PartialAnswerReader.Take(reader.ValueSpan, text, ref size);
                    }

                    continue;
                }

                var depth = reader.CurrentDepth;
                candidates = depth == InsideAnswer ? reader.ValueTextEquals("candidates"u8) : candidates;
                content = depth == InsideCandidate ? reader.ValueTextEquals("content"u8) : content;
                parts = depth == InsideContent ? reader.ValueTextEquals("parts"u8) : parts;
                call = depth == InsidePart ? reader.ValueTextEquals("functionCall"u8) : call;
                counts = candidates && content && parts && depth switch
                {
                    < InsidePart => false,
                    InsidePart => reader.ValueTextEquals("text"u8),

                    // The id of a call is none of the model's words; deeper down everything is an argument.
                    InsidePart + 1 => call && !reader.ValueTextEquals("id"u8),
                    _ => counts,
                };
            }
        }
        catch (JsonException)
        {
            return size;
        }
        catch (InvalidOperationException)
        {
            // A property's name with an escape that stands for no text.
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
