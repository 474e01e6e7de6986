using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Forwarding;

/// <summary>A file or text that is with the client already, all but its last block. It says nothing of what it cost: its headers went before that was known.</summary>
/// <param name="context">The client's.</param>
/// <param name="blocks">Holds the last one.</param>
/// <param name="contentType">As the provider named it.</param>
/// <param name="isBroken">Whether it ended before its time. Its client must not take it for whole, so its connection is cut.</param>
internal sealed class PassedResponse(HttpContext context, BlockRelay blocks, string contentType, bool isBroken) : ObservedResponse
{
    public override long? CountReceived(BytePairEncoder encoder) => null;

    public override bool TryCopyEnd(Charge charge, AnswerCopy copy, [NotNullWhen(true)] out string? type)
    {
        type = null;
        if (isBroken || !Observation.ReadToEnd)
        {
            return false;
        }

        copy.Append(blocks.Last.Span);
        type = contentType;
        return true;
    }

    public override async ValueTask FinishAsync(Charge charge, string traceId, CancellationToken ct)
    {
        if (Observation.Outcome == AnswerOutcome.ClientDisconnected || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (isBroken)
        {
            context.Abort();
            return;
        }

        await context.Response.BodyWriter.WriteAsync(blocks.Last, ct);
    }

    public override ValueTask FailAsync(GatewayError error, string traceId, CancellationToken ct)
    {
        // One that has not begun is told in its place.
        if (context.Response.HasStarted)
        {
            context.Abort();
        }

        return ValueTask.CompletedTask;
    }

    public override void Dispose() => blocks.Dispose();
}
