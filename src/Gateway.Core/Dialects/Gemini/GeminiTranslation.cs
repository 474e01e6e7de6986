using System.Buffers;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>Chat completions as <c>generateContent</c>, one class for each direction.</summary>
internal sealed class GeminiTranslation : IChatTranslation
{
    public static readonly GeminiTranslation Instance = new();

    private GeminiTranslation()
    {
    }

    public Outcome<SplicedBody> WriteRequest(in UpstreamRequest request) => GeminiRequest.Write(request);

    public bool TryWriteAnswer(ReadOnlySpan<byte> answer, ChatFrame frame, IBufferWriter<byte> output) => GeminiAnswer.TryWrite(answer, frame, output);

    public TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text) => GeminiAnswerBegun.Read(answer, text);

    public IAnswerEvents BeginStream(ChatFrame frame, bool includeUsage, ReceivedText? text) => new GeminiStream(frame, includeUsage, text);
}
