using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Forwarding;

/// <summary>What came of a JSON answer that was stopped in its middle, since its client had left. Nobody gets it; it is counted.</summary>
internal sealed class PartialJsonResponse(AnswerBuffer body) : ObservedResponse
{
    public override long? CountReceived(BytePairEncoder encoder)
    {
        using var text = new ReceivedText();
        body.ReadBegun(text);
        return text.Count(encoder);
    }

    public override ValueTask FinishAsync(Charge charge, string traceId, CancellationToken ct) => ValueTask.CompletedTask;

    public override ValueTask FailAsync(GatewayError error, string traceId, CancellationToken ct) => ValueTask.CompletedTask;

    public override void Dispose() => body.Dispose();
}
