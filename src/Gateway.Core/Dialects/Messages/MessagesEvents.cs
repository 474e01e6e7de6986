using System.Buffers;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects.Messages;

/// <summary>The events of a message, which pass, those that are not known too, under their own names and with the client's name of the model.</summary>
/// <param name="text">Takes the text of the answer, or null where nobody will count it.</param>
internal sealed class MessagesEvents(ReceivedText? text) : IAnswerEvents
{
    private static readonly SearchValues<byte> OfName = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"u8);

    private AnthropicUsage _usage;
    private bool _finished;

    public AnswerEvent Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        // Some compatible providers end as OpenAI's do.
        if (data.StartsWith("[DONE]"u8))
        {
            return new AnswerEvent { IsTerminal = true, Finished = _finished };
        }

        if (!AnthropicEvent.TryRead(data, out var read, ref _usage))
        {
            return new AnswerEvent { IsMalformed = true };
        }

        switch (read.Kind)
        {
            case AnthropicEventKind.Error:
                return new AnswerEvent { Error = AnthropicErrors.Read(500, data) };
            case AnthropicEventKind.MessageStop:
                return new AnswerEvent { IsTerminal = true, Finished = _finished };
            case AnthropicEventKind.MessageStart:
                _usage.ForgetOutput();
                break;
        }

        _finished |= read.StopReason.Length > 0;
        var type = read.Type.Of(data);
        return new AnswerEvent
        {
            Passes = true,
            Name = type.ContainsAnyExcept(OfName) ? default : read.Type,
            Model = read.Model,
            Usage = read.Kind is AnthropicEventKind.MessageStart or AnthropicEventKind.MessageDelta && _usage.IsKnown ? _usage.InOpenAiMeaning : null,
            Finished = _finished,
            Text = Count(read.Text.Of(data)) + Count(read.Thinking.Of(data)) + Count(read.Arguments.Of(data)) + (read.IsTool ? Count(read.Name.Of(data)) : default),
        };
    }

    private TextSize Count(ReadOnlySpan<byte> inside)
    {
        text?.Append(inside);
        return TextSize.OfJson(inside);
    }
}
