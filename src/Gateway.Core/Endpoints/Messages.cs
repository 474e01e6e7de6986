using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Dialects.Messages;
using Gateway.Core.Errors;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Messages;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Endpoints;

/// <summary>
/// <c>/v1/messages</c>, Anthropic's own API: as it is to deployments that speak it, by way of chat completions to all others.
/// </summary>
internal sealed class Messages : IEndpoint, IPassage
{
    private static readonly byte[] MessageStop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8.ToArray();

    private readonly FrozenDictionary<IDialect, IPassage> _passages;
    private readonly bool _forCount;

    /// <param name="chat">The endpoint through which dialects are reached that do not speak this one.</param>
    /// <param name="forCount">Whether bodies are only to be counted, which may lack <c>max_tokens</c>.</param>
    public Messages(IEndpoint chat, bool forCount = false)
    {
        _forCount = forCount;
        var passages = new Dictionary<IDialect, IPassage>();
        foreach (var dialect in Dialect.All)
        {
            if (dialect is AnthropicDialect)
            {
                passages[dialect] = this;
            }
            else if (chat.PassageTo(dialect) is { } passage)
            {
                passages[dialect] = new TranslatedMessages(passage);
            }
        }

        _passages = passages.ToFrozenDictionary();
    }

    public string Path => "/v1/messages";

    public string Route => "/messages";

    public string Prompt => "messages";

    public string QuoteObject => "message.quote";

    public bool SpeaksAnthropic => true;

    public ImmutableArray<string> ClientHeaders { get; } = ["anthropic-version", "anthropic-beta"];

    public ReadOnlyMemory<byte> StreamEnd => MessageStop;

    public bool TryRead(ReadOnlyMemory<byte> body, int maxImages, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error)
    {
        var isRead = MessagesRequestReader.TryRead(body, maxImages, _forCount, out var read, out error);
        request = read;
        return isRead;
    }

    public long EstimateText(ParsedRequest request) => TextEstimate.Prompt(request.Text, request.Messages, request.NamedMessages);

    /// <summary>By the rules of chat completions, over what the body says in their words.</summary>
    public PromptCount CountText(ReadOnlySpan<byte> body, BytePairEncoder encoder)
    {
        // Pictures and all: it goes back as soon as its text is counted.
        var whole = ArrayPool<byte>.Shared.Rent(Math.Max(body.Length, 1));
        try
        {
            body.CopyTo(whole);
            var copy = whole.AsMemory(0, body.Length);
            return MessagesRequestReader.TryRead(copy, int.MaxValue, forCount: true, out var request, out _)
                && MessagesChatBody.Write(copy, request, ParameterPolicy.None, forCount: true).TryGet(out var chat, out _)
                ? PromptCounter.Count(chat.Body.Span, encoder)
                : new PromptCount(0, IsExact: false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    public IPassage? PassageTo(IDialect dialect) => _passages.GetValueOrDefault(dialect);

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ParsedRequest request, out Answer answer, ReceivedText? text = null) =>
        MessagesAnswerReader.TryRead(json, out answer, text);

    public int StatusOf(GatewayError error) => MessagesErrors.StatusOf(error);

    public void WriteError(IBufferWriter<byte> output, GatewayError error, string? traceId, string? requestId = null) => MessagesErrors.Write(output, error, traceId, requestId);

    public void WriteErrorEvent(IBufferWriter<byte> output, GatewayError error, string? traceId)
    {
        output.Write("event: error\ndata: "u8);
        MessagesErrors.Write(output, error, traceId, requestId: null);
        output.Write("\n\n"u8);
    }

    public Outcome<SplicedBody> WriteRequest(in UpstreamRequest request) => MessagesRequestWriter.Write(request);

    public TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text) => AnthropicAnswerBegun.Read(answer, text);

    public IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text) => new MessagesEvents(text);
}
