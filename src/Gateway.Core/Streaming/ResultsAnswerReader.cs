using System.Text.Json;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Texts;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>Reads an answer that is a list of results and a usage in one pass, in place.</summary>
internal static class ResultsAnswerReader
{
    /// <summary>Reads an answer of whose results nothing is told but that they are there.</summary>
    /// <param name="json">One JSON object, alone.</param>
    /// <param name="results">The name of their list: <c>data</c>, <c>results</c>.</param>
    /// <param name="answer">What it says.</param>
    /// <returns>False where it is no JSON object.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, ReadOnlySpan<byte> results, out ResultsAnswer answer) =>
        TryRead(json, results, hasTexts: false, echo: null, text: null, out answer);

    /// <summary>Reads a text completion or a chunk of its stream.</summary>
    /// <param name="json">One JSON object, alone.</param>
    /// <param name="echo">What the texts begin with, or null for nothing.</param>
    /// <param name="text">Takes the texts of the choices, or null where nobody will count them.</param>
    /// <param name="answer">What it says.</param>
    /// <returns>False where it is no JSON object.</returns>
    public static bool TryReadCompletion(ReadOnlySpan<byte> json, EchoedPrompt? echo, ReceivedText? text, out ResultsAnswer answer) =>
        TryRead(json, "choices"u8, hasTexts: true, echo, text, out answer);

    private static bool TryRead(ReadOnlySpan<byte> json, ReadOnlySpan<byte> results, bool hasTexts, EchoedPrompt? echo, ReceivedText? text, out ResultsAnswer answer)
    {
        answer = default;
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals(results))
                {
                    ReadProperty(ref reader, ref answer);
                    continue;
                }

                reader.Read();
                if (hasTexts && reader.TokenType == JsonTokenType.StartArray)
                {
                    ReadChoices(ref reader, json, echo, text, ref answer);
                }
                else
                {
                    answer.HasResults = reader.TokenType == JsonTokenType.StartArray;
                    reader.Skip();
                }
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

    private static void ReadProperty(ref Utf8JsonReader reader, ref ResultsAnswer answer)
    {
        var start = (int)reader.TokenStartIndex;
        if (reader.ValueTextEquals("usage"u8))
        {
            reader.Read();
            answer.Usage = UsageReader.TryRead(ref reader, out var usage) ? usage : null;
            answer.UsageProperty = new ByteRange(start, (int)reader.BytesConsumed - start);
        }
        else if (reader.ValueTextEquals("model"u8))
        {
            answer.Model = ReadValue(ref reader);
        }
        else if (reader.ValueTextEquals("object"u8))
        {
            answer.Object = ReadValue(ref reader);
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            reader.Read();
            answer.HasError = reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False);
            reader.Skip();
        }
        else
        {
            answer.HasMessage |= reader.ValueTextEquals("message"u8);
            reader.Skip();
        }
    }

    private static ByteRange ReadValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new ByteRange(start, (int)reader.BytesConsumed - start);
    }

    private static void ReadChoices(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, EchoedPrompt? echo, ReceivedText? text, ref ResultsAnswer answer)
    {
        answer.HasResults = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            answer.HasChoices = true;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            var (index, inside) = (0, default(ByteRange));
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isText, isIndex, isFinish) = (reader.ValueTextEquals("text"u8), reader.ValueTextEquals("index"u8), reader.ValueTextEquals("finish_reason"u8));
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String)
                {
                    inside = new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                }

                index = isIndex && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : index;
                answer.Finished |= isFinish && reader.TokenType == JsonTokenType.String;
                reader.Skip();
            }

            var own = echo is null ? inside.Of(json) : echo.Behind(index, inside.Of(json));
            if (!own.IsEmpty)
            {
                answer.Text += TextSize.OfJson(own);
                text?.Append(own);
            }
        }
    }
}
