using Gateway.Core.Errors;
using Gateway.Core.Streaming;

namespace Gateway.Forwarding.Routing;

/// <summary>What came of one attempt.</summary>
/// <param name="Response">What was observed; the caller's to dispose of.</param>
/// <param name="Verdict">What it means.</param>
/// <param name="Wait">The provider's own word on when to try again, or null.</param>
internal readonly record struct AttemptResult(ObservedResponse Response, Verdict Verdict, TimeSpan? Wait)
{
    /// <summary>Whether another attempt may mend it. No byte of an answer has reached the client then.</summary>
    public bool IsRetryable => Verdict >= Verdict.Failed;

    /// <summary>Whether it lay at the key: another key of the provider may be better off.</summary>
    public bool BlamesKey => Verdict >= Verdict.RateLimited;

    /// <summary>
    /// Whether the breaker counts it as a failure. A rate limit or a conflict is no sign of ill health; a key that is refused is, as nothing
    /// will be served until it is mended.
    /// </summary>
    public bool CountsAgainst => Verdict is Verdict.Failed or Verdict.BrokenOff or Verdict.KeyRefused or Verdict.KeyForbidden;

    /// <param name="response">What was observed.</param>
    /// <param name="hasLeft">Whether the client left.</param>
    /// <param name="isOwnFault">Whether the gateway itself failed, or stopped it.</param>
    /// <param name="status">The provider's status where it refused, else 0.</param>
    /// <param name="wait">The provider's own word on when to try again, or null.</param>
    public static AttemptResult Of(ObservedResponse response, bool hasLeft, bool isOwnFault, int status, TimeSpan? wait) =>
        new(response, Judge(response, hasLeft, isOwnFault, status), wait);

    private static Verdict Judge(ObservedResponse response, bool hasLeft, bool isOwnFault, int status)
    {
        if (response.Observation.Outcome == AnswerOutcome.Completed)
        {
            return Verdict.Served;
        }

        if (hasLeft || isOwnFault)
        {
            return Verdict.Unknown;
        }

        if (response.Refusal is not { } refusal || response.Observation.AnswerBegan)
        {
            return Verdict.BrokenOff;
        }

        return refusal.Fault switch
        {
            ProviderFault.None => Verdict.Unknown,
            ProviderFault.RequestRefused => refusal.Status == StatusCodes.Status409Conflict ? Verdict.Conflict : Verdict.RequestRefused,
            ProviderFault.RateLimited => Verdict.RateLimited,
            ProviderFault.Authentication => status == StatusCodes.Status403Forbidden ? Verdict.KeyForbidden : Verdict.KeyRefused,
            ProviderFault.QuotaExhausted => Verdict.KeyRefused,
            _ => Verdict.Failed,
        };
    }
}
