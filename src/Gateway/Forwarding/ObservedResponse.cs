using System.Diagnostics.CodeAnalysis;
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

    /// <summary>Puts what <see cref="FinishAsync"/> sends into the copy that holds what went out before.</summary>
    /// <param name="charge">What the answer costs.</param>
    /// <param name="copy">The request's own.</param>
    /// <param name="contentType">Of the answer.</param>
    /// <returns>Whether it is a whole answer, as one for a client that stayed; false for one that broke off, or that is none.</returns>
    public virtual bool TryCopyEnd(Charge charge, AnswerCopy copy, [NotNullWhen(true)] out string? contentType)
    {
        contentType = null;
        return false;
    }

    /// <summary>Sends what was held back: the JSON body with its cost, or a stream's cost and terminal event.</summary>
    public abstract ValueTask FinishAsync(Charge charge, string traceId, CancellationToken ct);

    /// <summary>Ends an answer whose row could not be written: the client must not take it for complete.</summary>
    public abstract ValueTask FailAsync(GatewayError error, string traceId, CancellationToken ct);

    public abstract void Dispose();
}
