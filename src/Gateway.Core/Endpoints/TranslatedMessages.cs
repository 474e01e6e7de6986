using System.Buffers;
using System.Collections.Immutable;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Messages;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Messages;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Endpoints;

/// <summary>Messages to and from a dialect that does not speak them: as a chat completion, by that dialect's own way for those.</summary>
internal sealed class TranslatedMessages(IPassage chat) : IPassage
{
    /// <summary>Translated streams tell their usage only to those who ask for it.</summary>
    private static readonly ParsedRequest WithUsage = new() { Model = "", Stream = true, StreamOptions = new StreamOptions(default, true, false, default, IncludeUsage: true) };

    public string Route => chat.Route;

    public ImmutableArray<string> ClientHeaders => [];

    public bool TranslatesAnswers => true;

    public Outcome<SplicedBody> WriteRequest(in UpstreamRequest request)
    {
        // The endpoint's reader made it.
        var messages = (MessagesRequest)request.Plan.Request;
        if (!MessagesChatBody.Write(request.Body, messages, request.Card.Parameters).TryGet(out var written, out var error)
            || !RequestReader.TryRead(written.Body, int.MaxValue, out var parsed, out error)
            || !RequestPolicy.TryApply(written.Body, parsed, request.Card.Parameters, out var plan, out error)
            || !MessagesChatImages.Of(request.Body, request.Images.Span, written, parsed.Images).TryGet(out var images, out error))
        {
            return error;
        }

        return chat.WriteRequest(new UpstreamRequest(written.Body, plan, images, request.Card, request.Deployment));
    }

    public bool TryWriteAnswer(ReadOnlySpan<byte> answer, in AnswerFrame frame, ParsedRequest request, IBufferWriter<byte> output)
    {
        ReadOnlyMemory<byte> completion;
        if (chat.TranslatesAnswers)
        {
            var translated = new ArrayBufferWriter<byte>(answer.Length);
            if (!chat.TryWriteAnswer(answer, frame, request, translated))
            {
                return false;
            }

            completion = translated.WrittenMemory;
        }
        else
        {
            completion = answer.ToArray();
        }

        return MessagesAnswer.TryWrite(completion, frame, ((MessagesRequest)request).WantsThinking, output);
    }

    public TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text) => chat.ReadBegun(answer, text);

    public IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text)
    {
        var events = new MessagesFromChatEvents(frame, ((MessagesRequest)request).WantsThinking, text);
        return chat.TranslatesAnswers ? new MessagesByChatEvents(chat.BeginStream(frame, WithUsage, text: null), events) : events;
    }
}
