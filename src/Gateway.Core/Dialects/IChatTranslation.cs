using System.Buffers;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects;

/// <summary>
/// Chat completions in the words of a provider whose bodies are not OpenAI's: the request on its way there, the answer and the stream on
/// their way back. What the dialect cannot express is refused by name, never changed in silence.
/// </summary>
public interface IChatTranslation
{
    /// <summary>The client's request as the provider takes it, large images still as stretches of the client's own bytes.</summary>
    Outcome<SplicedBody> WriteRequest(in UpstreamRequest request);

    /// <summary>Writes the provider's whole answer as a <c>chat.completion</c>, its usage in OpenAI's meaning.</summary>
    /// <returns>False where it is none.</returns>
    bool TryWriteAnswer(ReadOnlySpan<byte> answer, ChatFrame frame, IBufferWriter<byte> output);

    /// <summary>The text in the beginning of an answer whose rest never came, as <see cref="PartialAnswerReader"/> reads OpenAI's.</summary>
    TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text);

    /// <summary>Begins the translation of one stream.</summary>
    /// <param name="frame">What every chunk carries.</param>
    /// <param name="includeUsage">Whether the client asked for a chunk with the usage.</param>
    /// <param name="text">Takes the text of the answer as the inside of JSON strings, or null where nobody will count it.</param>
    IAnswerEvents BeginStream(ChatFrame frame, bool includeUsage, ReceivedText? text);
}
