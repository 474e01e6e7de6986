using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Dialects;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Texts;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Endpoints;

/// <summary><c>/v1/completions</c>: texts are continued, and streamed as chat is.</summary>
internal sealed class Completions() : TextEndpoint("/completions", "prompt")
{
    private static readonly byte[] Done = "data: [DONE]\n\n"u8.ToArray();
    private static readonly byte[] TextCompletion = "\"text_completion\""u8.ToArray();

    private static readonly EndpointPolicy Policy = new("max_tokens", unknown: ["parallel_tool_calls", "tool_choice", "tools"]);

    public override string Operation => "text_completion";

    public override string QuoteObject => "text_completion.quote";

    public override ReadOnlyMemory<byte> StreamEnd => Done;

    public override ReadOnlyMemory<byte> AnswerObject => TextCompletion;

    public override ParameterPolicy PolicyOf(ParameterPolicy card) => Policy.Of(card);

    public override bool IsOfKind(ModelCard card) => card.Generates;

    public override bool TryRead(ReadOnlyMemory<byte> body, int maxImages, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error)
    {
        var reader = new CompletionRequestReader(body);
        error = reader.Read();
        request = error is null ? reader.Build() : null;
        return error is null;
    }

    public override TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text) => PartialCompletionReader.Read(answer, text);

    public override IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text) =>
        new CompletionEvents(!request.StreamOptions.IncludeUsage, EchoedPrompt.Of(request), text);

    public override bool TryReadAnswer(ReadOnlySpan<byte> json, ParsedRequest request, out Answer answer, ReceivedText? text = null)
    {
        var isRead = ResultsAnswerReader.TryReadCompletion(json, EchoedPrompt.Of(request), text, out var read);
        answer = read.Whole;
        return isRead;
    }
}
