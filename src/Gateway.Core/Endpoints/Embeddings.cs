using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Texts;
using Gateway.Core.Streaming;

namespace Gateway.Core.Endpoints;

/// <summary><c>/v1/embeddings</c>: texts go in, and vectors come, a prompt without a completion. What encoding they come in is between client and provider.</summary>
internal sealed class Embeddings() : TextEndpoint("/embeddings", "input")
{
    public override string Operation => "embeddings";

    public override string QuoteObject => "embedding.quote";

    public override ParameterPolicy PolicyOf(ParameterPolicy card) => EndpointPolicy.WithoutText.Of(card);

    public override bool IsOfKind(ModelCard card) => card.IsOpen || card.Output.Contains("embedding");

    public override bool TryRead(ReadOnlyMemory<byte> body, int maxImages, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error)
    {
        var reader = new EmbeddingRequestReader(body);
        error = reader.Read();
        request = error is null ? reader.Build() : null;
        return error is null;
    }

    public override bool TryReadAnswer(ReadOnlySpan<byte> json, ParsedRequest request, out Answer answer, ReceivedText? text = null)
    {
        var isRead = ResultsAnswerReader.TryRead(json, "data", out var read);
        answer = read.Whole;
        return isRead;
    }
}
