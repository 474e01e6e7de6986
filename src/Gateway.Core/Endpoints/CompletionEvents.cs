using System.Buffers;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Texts;
using Gateway.Core.Streaming;

namespace Gateway.Core.Endpoints;

/// <summary>The chunks of a text completion, which pass: with the client's name of the model, and without usage that the client did not ask for.</summary>
/// <param name="hidesUsage">Whether it did not.</param>
/// <param name="echo">What the answers begin with that is no text of theirs, or null.</param>
/// <param name="text">Takes the text of the answer, or null where nobody will count it.</param>
internal sealed class CompletionEvents(bool hidesUsage, EchoedPrompt? echo, ReceivedText? text) : IAnswerEvents
{
    public bool UsageIsLast => true;

    public AnswerEvent Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (data.StartsWith("[DONE]"u8))
        {
            return new AnswerEvent { IsTerminal = true };
        }

        if (!ResultsAnswerReader.TryReadCompletion(data, echo, text, out var answer))
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
            Passes = !(hidesUsage && answer is { Usage: not null, HasChoices: false }),
            Model = answer.Model,
            Cut = hidesUsage && answer.UsageProperty.Length > 0 ? JsonProperty.WithComma(data, answer.UsageProperty) : default,
        };
    }
}
