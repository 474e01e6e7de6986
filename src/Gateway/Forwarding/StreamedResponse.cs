using System.Buffers;
using System.Text;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Forwarding;

/// <summary>A stream whose events are with the client already, all but the terminal one.</summary>
internal sealed class StreamedResponse(HttpContext context, ReceivedText? text, GatewayError? brokenBy) : ObservedResponse
{
    public override long? CountReceived(BytePairEncoder encoder) => text?.Count(encoder);

    public override async ValueTask FinishAsync(Charge charge, string traceId, CancellationToken ct)
    {
        if (Observation.Outcome == AnswerOutcome.ClientDisconnected || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var writer = context.Response.BodyWriter;
        writer.Write(": x-gateway-cost-usd="u8);
        Encoding.ASCII.GetBytes(charge.Amount.ToString(), writer);
        writer.Write("\n\n"u8);
        if (brokenBy is not null)
        {
            await FailAsync(brokenBy, traceId, ct);
            return;
        }

        writer.Write("data: [DONE]\n\n"u8);
        await writer.FlushAsync(ct);
    }

    public override async ValueTask FailAsync(GatewayError error, string traceId, CancellationToken ct)
    {
        if (Observation.Outcome == AnswerOutcome.ClientDisconnected || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var writer = context.Response.BodyWriter;
        writer.Write("data: "u8);
        ErrorBody.Write(writer, error, traceId);
        writer.Write("\n\n"u8);
        await writer.FlushAsync(ct);
    }

    public override void Dispose() => text?.Dispose();
}
