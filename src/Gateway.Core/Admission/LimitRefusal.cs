using Gateway.Core.Errors;

namespace Gateway.Core.Admission;

/// <summary>Which limit refused, and when it would not.</summary>
/// <param name="Scope">Whose limit.</param>
/// <param name="Kind">Requests or tokens.</param>
/// <param name="Limit">Its size.</param>
/// <param name="Used">What of it is in use now; may exceed the limit after a correction.</param>
/// <param name="Requested">What the request asked of it.</param>
/// <param name="RetryAfter">When there will be room, if nobody else takes it.</param>
/// <param name="Levels">How the limits stand, for the headers.</param>
public sealed record LimitRefusal(LimitScope Scope, LimitKind Kind, long Limit, long Used, long Requested, TimeSpan RetryAfter, LimitLevels Levels)
{
    /// <summary>The request is larger than the full bucket: it can never be admitted.</summary>
    public bool NeverFits => Requested > Limit;

    public GatewayError ToError(string model) => Kind switch
    {
        LimitKind.Requests => GatewayError.RequestRate(model, Scope.Describe(), Limit, Used, RetryAfter),
        _ when NeverFits => GatewayError.RequestTooLarge(model, Scope.Describe(), Limit, Requested),
        _ => GatewayError.TokenRate(model, Scope.Describe(), Limit, Used, Requested, RetryAfter),
    };
}
