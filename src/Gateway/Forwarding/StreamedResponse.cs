using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Forwarding;

/// <summary>A stream whose events are with the client already, all but the terminal one.</summary>
/// <param name="context">The client's.</param>
/// <param name="endpoint">Whose stream it is.</param>
/// <param name="text">What came of it, or null where nobody will count it.</param>
/// <param name="lastEvent">The event that ends it, or null for the endpoint's own.</param>
/// <param name="brokenBy">What ended it before its time, or null.</param>
internal sealed class StreamedResponse(HttpContext context, IEndpoint endpoint, ReceivedText? text, byte[]? lastEvent, GatewayError? brokenBy) : ObservedResponse
{
    public const string ContentType = "text/event-stream; charset=utf-8";

    private static ReadOnlySpan<byte> CostComment => ": x-gateway-cost-usd="u8;

    private static ReadOnlySpan<byte> EventEnd => "\n\n"u8;

    private ReadOnlySpan<byte> LastEvent => lastEvent ?? endpoint.StreamEnd.Span;

    public override long? CountReceived(BytePairEncoder encoder) => text?.Count(encoder);

    public override bool TryCopyEnd(Charge charge, AnswerCopy copy, [NotNullWhen(true)] out string? contentType)
    {
        contentType = null;
        if (brokenBy is not null || !Observation.ReadToEnd || Observation.Outcome == AnswerOutcome.UpstreamFailed)
        {
            return false;
        }

        copy.Append(CostComment);
        copy.Append(Encoding.ASCII.GetBytes(charge.Amount.ToString()));
        copy.Append(EventEnd);
        copy.Append(LastEvent);
        contentType = ContentType;
        return true;
    }

    public override async ValueTask FinishAsync(Charge charge, string traceId, CancellationToken ct)
    {
        if (Observation.Outcome == AnswerOutcome.ClientDisconnected || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var writer = context.Response.BodyWriter;
        writer.Write(CostComment);
        Encoding.ASCII.GetBytes(charge.Amount.ToString(), writer);
        writer.Write(EventEnd);
        if (brokenBy is not null)
        {
            await FailAsync(brokenBy, traceId, ct);
            return;
        }

        writer.Write(LastEvent);
        await writer.FlushAsync(ct);
    }

    public override async ValueTask FailAsync(GatewayError error, string traceId, CancellationToken ct)
    {
        if (Observation.Outcome == AnswerOutcome.ClientDisconnected || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var writer = context.Response.BodyWriter;
        endpoint.WriteErrorEvent(writer, error, traceId);
        await writer.FlushAsync(ct);
    }

    public override void Dispose() => text?.Dispose();
}
