using System.Buffers;
using Gateway.Core.Dialects;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Endpoints;

/// <summary>Chat completions to and from a dialect whose bodies are not OpenAI's.</summary>
internal sealed class TranslatedChat(IChatTranslation translation) : IPassage
{
    public IChatTranslation Translation => translation;

    public string Route => ChatCompletions.ChatRoute;

    public bool TranslatesAnswers => true;

    public Outcome<SplicedBody> WriteRequest(in UpstreamRequest request) => translation.WriteRequest(request);

    public bool TryWriteAnswer(ReadOnlySpan<byte> answer, in AnswerFrame frame, ParsedRequest request, IBufferWriter<byte> output) => translation.TryWriteAnswer(answer, ChatFrame.Of(frame), output);

    public TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text) => translation.ReadBegun(answer, text);

    public IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text) =>
        translation.BeginStream(ChatFrame.Of(frame), request.StreamOptions.IncludeUsage, text);
}
