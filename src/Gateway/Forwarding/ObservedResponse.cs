using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Forwarding;

/// <summary>
/// An answer up to, and without, its last byte. It is finished with the charge once the ledger holds it; a refusal has written nothing
/// and is the caller's to write.
/// </summary>
internal abstract class ObservedResponse : IDisposable
{
    public required Observation Observation { get; init; }

    /// <summary>Whether the provider got the whole request.</summary>
    public required bool Sent { get; init; }

    /// <summary>What the client must be told in place of an answer; null where the answer has begun or stands ready.</summary>
    public GatewayError? Refusal { get; init; }

    /// <summary>Exact tokens of the text that came, or null where that cannot be told.</summary>
    public abstract long? CountReceived(BytePairEncoder encoder);

    /// <summary>Sends what was held back: the JSON body with its cost, or a stream's cost and terminal event.</summary>
    public abstract ValueTask FinishAsync(Charge charge, string traceId, CancellationToken ct);

    /// <summary>Ends an answer whose row could not be written: the client must not take it for complete.</summary>
    public abstract ValueTask FailAsync(GatewayError error, string traceId, CancellationToken ct);

    public abstract void Dispose();
}
