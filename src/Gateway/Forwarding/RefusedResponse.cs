using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Core.Text;

namespace Gateway.Forwarding;

/// <summary>No answer, and nothing written.</summary>
internal sealed class RefusedResponse : ObservedResponse
{
    public override long? CountReceived(BytePairEncoder encoder) => 0;

    public override ValueTask FinishAsync(Charge charge, string traceId, CancellationToken ct) => ValueTask.CompletedTask;

    public override ValueTask FailAsync(GatewayError error, string traceId, CancellationToken ct) => ValueTask.CompletedTask;

    public override void Dispose()
    {
    }
}
