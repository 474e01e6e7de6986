using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Errors;
using Gateway.Core.Metering;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Endpoints;

/// <summary><c>/v1/chat/completions</c>: as it is to dialects whose bodies are OpenAI's, translated to all others.</summary>
internal sealed class ChatCompletions : IEndpoint, IPassage
{
    public const string ChatRoute = "/chat/completions";

    private static readonly byte[] Done = "data: [DONE]\n\n"u8.ToArray();
    private static readonly byte[] ChatCompletion = "\"chat.completion\""u8.ToArray();

    private readonly TranslatedChat[] _translated = [.. Dialect.All.Select(dialect => dialect.Translation).OfType<IChatTranslation>().Select(translation => new TranslatedChat(translation))];

    public string Path => "/v1/chat/completions";

    public string Route => ChatRoute;

    public string Prompt => "messages";

    public string QuoteObject => "chat.completion.quote";

    public ReadOnlyMemory<byte> StreamEnd => Done;

    // Some providers call a whole answer a chunk, which clients' parsers refuse.
    public ReadOnlyMemory<byte> AnswerObject => ChatCompletion;

    public bool TryRead(ReadOnlyMemory<byte> body, int maxImages, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error) =>
        RequestReader.TryRead(body, maxImages, out request, out error);

    public long EstimateText(ParsedRequest request) => TextEstimate.Prompt(request.Text, request.Messages, request.NamedMessages);

    public PromptCount CountText(ReadOnlySpan<byte> body, BytePairEncoder encoder) => PromptCounter.Count(body, encoder);

    public IPassage? PassageTo(IDialect dialect)
    {
        if (dialect.Translation is not { } translation)
        {
            return this;
        }

        foreach (var translated in _translated)
        {
            if (ReferenceEquals(translated.Translation, translation))
            {
                return translated;
            }
        }

        return null;
    }

    public Outcome<SplicedBody> WriteRequest(in UpstreamRequest request) => OpenAiRequest.Write(request);

    public TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text) => PartialAnswerReader.Read(answer, text);

    public IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text) => ChatEvents.Begin(!request.StreamOptions.IncludeUsage, text);

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ParsedRequest request, out Answer answer, ReceivedText? text = null)
    {
        var isRead = ChatAnswerReader.TryRead(json, out var chat, text);
        answer = new Answer
        {
            IsAnswer = chat.HasChoices,
            IsError = chat.IsError && !chat.HasChoices,
            Model = chat.Model,
            Object = chat.Object,
            Usage = chat.Usage,
            Text = chat.Text,
        };
        return isRead;
    }
}
