using System.Buffers;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Core.Endpoints;

/// <summary>The chunks of a chat completion, which pass: with the client's name of the model, and without usage that the client did not ask for.</summary>
internal sealed class ChatEvents : IAnswerEvents
{
    // Without a text to gather it remembers nothing, so that all streams share it.
    private static readonly ChatEvents Hiding = new(hidesUsage: true, text: null);
    private static readonly ChatEvents Showing = new(hidesUsage: false, text: null);

    private readonly bool _hidesUsage;
    private readonly ReceivedText? _text;

    private ChatEvents(bool hidesUsage, ReceivedText? text) => (_hidesUsage, _text) = (hidesUsage, text);

    public bool UsageIsLast => true;

    public static ChatEvents Begin(bool hidesUsage, ReceivedText? text) =>
        text is not null ? new ChatEvents(hidesUsage, text) : hidesUsage ? Hiding : Showing;

    public AnswerEvent Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (data.StartsWith("[DONE]"u8))
        {
            return new AnswerEvent { IsTerminal = true };
        }

        if (!ChatAnswerReader.TryRead(data, out var answer, _text))
        {
            return new AnswerEvent { IsMalformed = true };
        }

        if (answer.IsError)
        {
            return new AnswerEvent { Error = OpenAiErrors.Read(500, data) };
        }

        return new AnswerEvent
        {
            Usage = answer.Usage,
            Finished = answer.Finished,
            Text = answer.Text,
            Passes = !(_hidesUsage && answer is { HasUsageObject: true, Choices: 0 }),
            Model = answer.Model,
            Cut = _hidesUsage && answer.UsageProperty.Length > 0 ? JsonProperty.WithComma(data, answer.UsageProperty) : default,
        };
    }
}
