using System.Buffers;

namespace Gateway.Core.Dialects;

/// <summary>One stream on its way back, event by event; nothing of it is held longer than its event.</summary>
public interface IAnswerEvents
{
    /// <summary>
    /// Whether a stream that ends without its terminal event is whole all the same where it told its usage: OpenAI's ends its chat streams
    /// with the usage, and others leave out the <c>[DONE]</c> behind it.
    /// </summary>
    bool UsageIsLast => false;

    /// <summary>Reads one event. Its data goes on as it is (<see cref="AnswerEvent.Passes"/>), or what stands for it in the client's form is written.</summary>
    /// <param name="data">The data of the provider's event, its lines joined by LF.</param>
    /// <param name="output">Takes none or more whole events in the client's form, each with its blank line. Never the one that ends a stream.</param>
    AnswerEvent Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output);

    /// <summary>
    /// The provider's stream ended without a terminal event. Writes what a dialect tells only by its end, as the chunk with the usage is
    /// where no event is the last by its name.
    /// </summary>
    AnswerEvent End(IBufferWriter<byte> output) => default;
}
