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
    public static bool TryRead(ReadOnlySpan<byte> json, string results, out ResultsAnswer answer) =>
        TryRead(json, results, hasTexts: false, echo: null, text: null, out answer);

    /// <summary>Reads a text completion or a chunk of its stream.</summary>
    /// <param name="json">One JSON object, alone.</param>
    /// <param name="echo">What the texts begin with, or null for nothing.</param>
    /// <param name="text">Takes the texts of the choices, or null where nobody will count them.</param>
    /// <param name="answer">What it says.</param>
    /// <returns>False where it is no JSON object.</returns>
    public static bool TryReadCompletion(ReadOnlySpan<byte> json, EchoedPrompt? echo, ReceivedText? text, out ResultsAnswer answer) =>
        TryRead(json, "choices", hasTexts: true, echo, text, out answer);

    private static bool TryRead(ReadOnlySpan<byte> json, string results, bool hasTexts, EchoedPrompt? echo, ReceivedText? text, out ResultsAnswer answer)
    {
        var found = (Answer: default(ResultsAnswer), Results: results, HasTexts: hasTexts, Echo: echo, Text: text);
        var isObject = AnswerJson.TryRead(json, ref found, static (ref reader, json, ref found) =>
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals(found.Results))
                {
                    ReadProperty(ref reader, ref found.Answer);
                    continue;
                }

                reader.Read();
                if (found.HasTexts && reader.TokenType == JsonTokenType.StartArray)
                {
                    ReadChoices(ref reader, json, found.Echo, found.Text, ref found.Answer);
                }
                else
                {
                    found.Answer.HasResults = reader.TokenType == JsonTokenType.StartArray;
                    reader.Skip();
                }
            }
        });
        answer = found.Answer;
        return isObject;
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
