using Gateway.Core.Errors;

namespace Gateway.Idempotency;

/// <summary>What becomes of a request with a key that is not simply new.</summary>
internal abstract record KeyVerdict
{
    /// <summary>It was answered: it gets that answer again.</summary>
    public sealed record Replay(IdempotentRequest Request, StoredAnswer Answer) : KeyVerdict;

    /// <summary>The key is in use, was used for something else, or cannot be asked for.</summary>
    public sealed record Refused(GatewayError Error) : KeyVerdict;

    /// <summary>The key is this request's own from here on.</summary>
    public sealed record Claimed(IdempotencyClaim Claim) : KeyVerdict;
}
