using System.Buffers;
using System.Text;
using System.Text.Json;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>
/// The text in the beginning of a chat completion whose rest never came. It takes what <see cref="ChatAnswerReader"/> would take, and of a
/// text that breaks off in its middle all whole characters.
/// </summary>
public static class PartialAnswerReader
{
    // The object, its choices, a choice, its message: what a message holds lies on the fourth level or below.
    private const int InsideAnswer = 1;
    private const int InsideChoice = 3;
    private const int InsideMessage = 4;

    /// <param name="json">The beginning of a JSON object. Behind what is no JSON nothing is read.</param>
    /// <param name="text">Takes the text, or null where nobody will count it.</param>
    public static TextSize Read(ReadOnlySpan<byte> json, ReceivedText? text = null)
    {
        var size = default(TextSize);
        var reader = new Utf8JsonReader(json, isFinalBlock: false, state: default);
        var (inChoices, inMessage, counts, named) = (false, false, false, false);
        try
        {
            while (reader.Read())
            {
                named = reader.TokenType == JsonTokenType.PropertyName;
                if (!named)
                {
                    if (counts && reader.TokenType == JsonTokenType.String && reader.CurrentDepth >= InsideMessage)
                    {
                        Take(reader.ValueSpan, text, ref size);
                    }

                    continue;
                }

                inChoices = reader.CurrentDepth == InsideAnswer ? reader.ValueTextEquals("choices"u8) : inChoices;
                inMessage = reader.CurrentDepth == InsideChoice ? reader.ValueTextEquals("message"u8) : inMessage;
                counts = inChoices && inMessage && reader.CurrentDepth >= InsideMessage
                    && !(reader.ValueTextEquals("role"u8) || reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("type"u8));
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
            Take(WholeCharacters(begun), text, ref size);
        }

        return size;
    }

    /// <summary>Adds the inside of a JSON string to what was counted, and to the text where somebody will count it.</summary>
    internal static void Take(ReadOnlySpan<byte> inside, ReceivedText? text, ref TextSize size)
    {
        size += TextSize.OfJson(inside);
        text?.Append(inside);
    }

    /// <summary>Without an escape or a character of several bytes that breaks off at the end.</summary>
    internal static ReadOnlySpan<byte> WholeCharacters(ReadOnlySpan<byte> text)
    {
        if (Rune.DecodeLastFromUtf8(text, out _, out var broken) == OperationStatus.NeedMoreData)
        {
            text = text[..^broken];
        }

        var slash = text.LastIndexOf((byte)'\\');
        if (slash < 0 || (slash - text[..slash].LastIndexOfAnyExcept((byte)'\\')) % 2 == 0)
        {
            return text;
        }

        var escape = text[slash..];
        return escape.Length == 1 || (escape[1] == 'u' && escape.Length < 6) ? text[..slash] : text;
    }
}
