using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Texts;
using Gateway.Core.Streaming;

namespace Gateway.Core.Endpoints;

/// <summary>
/// <c>/v1/moderations</c>: texts and pictures are judged. No provider tells what that used: a row has characters, and tokens only where its price
/// has any, which are counted here.
/// </summary>
internal sealed class Moderations() : TextEndpoint("/moderations", "input")
{
    // No well-known value of the GenAI conventions fits.
    public override string Operation => "moderation";

    public override string QuoteObject => "moderation.quote";

    public override bool WeighsImages => false;

    public override ParameterPolicy PolicyOf(ParameterPolicy card) => EndpointPolicy.WithoutText.Of(card);

    public override bool IsOfKind(ModelCard card) => card.IsOpen || card.Output.Contains("moderation");

    public override bool TryRead(ReadOnlyMemory<byte> body, int maxImages, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error)
    {
        var reader = new ModerationRequestReader(body, maxImages);
        error = reader.Read();
        request = error is null ? reader.Build() : null;
        return error is null;
    }

    public override bool TryReadAnswer(ReadOnlySpan<byte> json, ParsedRequest request, out Answer answer, ReceivedText? text = null)
    {
        var isRead = ResultsAnswerReader.TryRead(json, "results", out var read);
        answer = read.Whole;
        return isRead;
    }
}
