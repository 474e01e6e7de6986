using System.Buffers;

namespace Gateway.Core.Dialects;

/// <summary>One stream on its way back, event by event; nothing of it is held longer than its event.</summary>
public interface IChatStreamTranslator
{
    /// <summary>Translates one event.</summary>
    /// <param name="data">The data of the provider's event, its lines joined by LF.</param>
    /// <param name="output">Takes none or more whole events in OpenAI's form: <c>data: {...}</c> and a blank line. Never <c>[DONE]</c>.</param>
    TranslatedEvent Translate(ReadOnlySpan<byte> data, IBufferWriter<byte> output);

    /// <summary>
    /// The provider's stream ended. Writes what a dialect tells only by its end, as the chunk with the usage is where no event is the last by
    /// its name.
    /// </summary>
    TranslatedEvent End(IBufferWriter<byte> output);
}
