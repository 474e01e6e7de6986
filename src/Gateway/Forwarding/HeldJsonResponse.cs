using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Forwarding;

/// <summary>A JSON answer, whole and unsent. It goes out with the model's name that the client used, and with what it cost.</summary>
internal sealed class HeldJsonResponse(HttpContext context, ForwardRequest request, AnswerBuffer body, Answer answer) : ObservedResponse
{
    private const string ContentType = "application/json";

    public override long? CountReceived(BytePairEncoder encoder)
    {
        using var text = new ReceivedText();
        return request.Endpoint.TryReadAnswer(body.Memory.Span, request.Parsed, out _, text) ? text.Count(encoder) : null;
    }

    public override bool TryCopyEnd(Charge charge, AnswerCopy copy, [NotNullWhen(true)] out string? contentType)
    {
        foreach (var segment in Splice().Segments)
        {
            copy.Append(segment.Memory.Span);
        }

        contentType = ContentType;
        return true;
    }

    public override async ValueTask FinishAsync(Charge charge, string traceId, CancellationToken ct)
    {
        if (Observation.Outcome == AnswerOutcome.ClientDisconnected)
        {
            return;
        }

        var spliced = Splice();
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = null;
        response.ContentType = ContentType;
        response.ContentLength = spliced.Length;
        response.Headers["x-gateway-cost-usd"] = charge.Amount.ToString();
        foreach (var segment in spliced.Segments)
        {
            response.BodyWriter.Write(segment.Memory.Span);
        }

        await response.BodyWriter.FlushAsync(ct);
    }

    public override ValueTask FailAsync(GatewayError error, string traceId, CancellationToken ct) => ValueTask.CompletedTask;

    public override void Dispose() => body.Dispose();

    private SplicedBody Splice()
    {
        var edits = new List<Splice>(2);
        if (answer.Model.Length > 0)
        {
            edits.Add(new Splice(answer.Model.Start, answer.Model.Length, JsonText.Quote(request.Target.Requested)));
        }

        var named = request.Endpoint.AnswerObject;
        if (named.Length > 0 && answer.Object.Length > 0 && !answer.Object.Of(body.Memory.Span).SequenceEqual(named.Span))
        {
            edits.Add(new Splice(answer.Object.Start, answer.Object.Length, named));
        }

        return SplicedBody.From(body.Memory, edits);
    }
}
