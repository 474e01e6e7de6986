using System.Buffers;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>Chat completions in the words of the Messages API. What is mapped, dropped and refused is listed in <c>docs/dialects.md</c>.</summary>
internal sealed class AnthropicTranslation : IChatTranslation
{
    public Outcome<SplicedBody> WriteRequest(in UpstreamRequest request) => AnthropicRequest.Write(request);

    public bool TryWriteAnswer(ReadOnlySpan<byte> answer, ChatFrame frame, IBufferWriter<byte> output) => AnthropicAnswer.TryWrite(answer, frame, output);

    public TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text) => AnthropicAnswerBegun.Read(answer, text);

    public IAnswerEvents BeginStream(ChatFrame frame, bool includeUsage, ReceivedText? text) => new AnthropicStream(frame, includeUsage, text);
}
