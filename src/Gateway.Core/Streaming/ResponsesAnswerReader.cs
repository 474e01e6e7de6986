using System.Text.Json;
using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>Reads a response, or an event of its stream, in one pass, in place.</summary>
public static class ResponsesAnswerReader
{
    /// <param name="json">One response, alone.</param>
    /// <param name="answer">What it says.</param>
    /// <param name="text">Takes the text of its output, or null where nobody will count it.</param>
    /// <returns>False where it is no JSON object.</returns>
    public static bool TryReadWhole(ReadOnlySpan<byte> json, out ResponsesAnswer answer, ReceivedText? text = null) =>
        TryRead(json, isEvent: false, out answer, text, takesOutput: true);

    /// <param name="json">One event's data.</param>
    /// <param name="answer">What it says.</param>
    /// <param name="text">Takes the text that it adds, or null where nobody will count it.</param>
    /// <param name="takesOutput">Whether the text of a whole output counts: where none came piece by piece.</param>
    /// <returns>False where it is no JSON object.</returns>
    public static bool TryReadEvent(ReadOnlySpan<byte> json, out ResponsesAnswer answer, ReceivedText? text = null, bool takesOutput = false) =>
        TryRead(json, isEvent: true, out answer, text, takesOutput);

    private static bool TryRead(ReadOnlySpan<byte> json, bool isEvent, out ResponsesAnswer answer, ReceivedText? text, bool takesOutput)
    {
        var found = (Answer: default(ResponsesAnswer), Text: text, IsEvent: isEvent, TakesOutput: takesOutput);
        var isObject = AnswerJson.TryRead(json, ref found, static (ref reader, json, ref found) =>
        {
            if (found.IsEvent)
            {
                ReadEvent(ref reader, json, ref found.Answer, found.Text, found.TakesOutput);
            }
            else
            {
                ReadResponse(ref reader, ref found.Answer, found.TakesOutput, found.Text);
            }
        });
        answer = found.Answer;
        return isObject;
    }

    private static void ReadEvent(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref ResponsesAnswer answer, ReceivedText? text, bool takesOutput)
    {
        var delta = default(ByteRange);
        var (hasError, hasMessage) = (false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                answer.Type = Range(ref reader);
                answer.Kind = KindOf(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                delta = reader.TokenType == JsonTokenType.String ? new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length) : default;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("response"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadResponse(ref reader, ref answer, takesOutput, text);
                }
                else
                {
                    reader.Skip();
                }
            }
            else
            {
                hasMessage |= reader.ValueTextEquals("message"u8);
                var isError = reader.ValueTextEquals("error"u8);
                reader.Read();
                hasError |= isError && reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False);
                reader.Skip();
            }
        }

        if (answer.Kind == ResponsesEventKind.Delta && delta.Length > 0)
        {
            answer.Text += TextSize.OfJson(delta.Of(json));
            text?.Append(delta.Of(json));
        }

        // As other endpoints and compatible providers put it.
        if (answer.Kind == ResponsesEventKind.Other && (hasError || (hasMessage && answer.Type.Length == 0)))
        {
            answer.Kind = ResponsesEventKind.Error;
        }
    }

    private static ResponsesEventKind KindOf(ref Utf8JsonReader reader) =>
        reader.TokenType != JsonTokenType.String ? ResponsesEventKind.Other
        : reader.ValueTextEquals("response.output_text.delta"u8)
            || reader.ValueTextEquals("response.function_call_arguments.delta"u8)
            || reader.ValueTextEquals("response.refusal.delta"u8)
            || reader.ValueTextEquals("response.reasoning_text.delta"u8)
            || reader.ValueTextEquals("response.reasoning_summary_text.delta"u8)
            || reader.ValueTextEquals("response.custom_tool_call_input.delta"u8) ? ResponsesEventKind.Delta
        : reader.ValueTextEquals("response.completed"u8) || reader.ValueTextEquals("response.incomplete"u8) ? ResponsesEventKind.Completed
        : reader.ValueTextEquals("response.failed"u8) ? ResponsesEventKind.Failed
        : reader.ValueTextEquals("error"u8) ? ResponsesEventKind.Error
        : ResponsesEventKind.Other;

    private static void ReadResponse(ref Utf8JsonReader reader, ref ResponsesAnswer answer, bool takesOutput, ReceivedText? text)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("output"u8))
            {
                reader.Read();
                ReadOutput(ref reader, ref answer, takesOutput, text);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                answer.Usage = UsageReader.TryReadResponses(ref reader, out var usage) ? usage : null;
            }
            else if (reader.ValueTextEquals("model"u8))
            {
                answer.Model = AnswerJson.Value(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                answer.Id = AnswerJson.Value(ref reader);
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                reader.Read();
                answer.HasFailed = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("failed"u8);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                var isNone = reader.TokenType is JsonTokenType.Null or JsonTokenType.False;
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                answer.Error = isNone ? default : new ByteRange(start, (int)reader.BytesConsumed - start);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static ByteRange Range(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? new ByteRange((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2) : default;

    private static void ReadOutput(ref Utf8JsonReader reader, ref ResponsesAnswer answer, bool takesOutput, ReceivedText? text)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        answer.HasOutput = true;
        var depth = reader.CurrentDepth;
        var counts = false;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                if (IsNoText(ref reader))
                {
                    reader.Skip();
                    continue;
                }

                if (reader.CurrentDepth == depth + 2 && reader.ValueTextEquals("id"u8))
                {
                    reader.Read();
                    if (Range(ref reader) is { Length: > 0 } id)
                    {
                        (answer.Items ??= []).Add(id);
                    }

                    reader.Skip();
                    continue;
                }

                counts = takesOutput && !IsLabel(ref reader);
            }
            else if (reader.TokenType == JsonTokenType.String && counts && !reader.ValueSpan.IsEmpty)
            {
                answer.Text += TextSize.OfJson(reader.ValueSpan);
                text?.Append(reader.ValueSpan);
            }
        }
    }

    internal static bool IsNoText(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("annotations"u8) || reader.ValueTextEquals("logprobs"u8) || reader.ValueTextEquals("encrypted_content"u8);

    internal static bool IsLabel(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("role"u8) || reader.ValueTextEquals("status"u8)
        || reader.ValueTextEquals("call_id"u8) || reader.ValueTextEquals("phase"u8);
}
