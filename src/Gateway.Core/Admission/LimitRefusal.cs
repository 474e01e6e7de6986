using Gateway.Core.Errors;

namespace Gateway.Core.Admission;

/// <summary>Which limit refused, and when it would not.</summary>
/// <param name="Scope">Whose limit.</param>
/// <param name="Kind">What was counted.</param>
/// <param name="Limit">Its size.</param>
/// <param name="Used">What of it is in use now; may exceed the limit after a correction, or where the limit was lowered.</param>
/// <param name="Requested">What the request asked of it.</param>
/// <param name="RetryAfter">When there will be room, if nobody else takes it; of requests at once, which end when they will, when to look again.</param>
/// <param name="Levels">How the limits stand, for the headers.</param>
public sealed record LimitRefusal(LimitScope Scope, LimitKind Kind, long Limit, long Used, long Requested, TimeSpan RetryAfter, LimitLevels Levels)
{
    /// <summary>The request is larger than the full bucket: it can never be admitted.</summary>
    public bool NeverFits => Requested > Limit;

    public GatewayError ToError(string model) => Describe(model) with { Limit = new RefusingLimit(Scope.Kind.ToText(), Kind.ToText()) };

    private GatewayError Describe(string model) => Kind switch
    {
        LimitKind.Requests => GatewayError.RequestRate(model, Scope.Describe(), Limit, Used, RetryAfter),
        LimitKind.Concurrency => GatewayError.RequestsAtOnce(model, Scope.Describe(), Limit, Used, RetryAfter),
        _ when NeverFits => GatewayError.RequestTooLarge(model, Scope.Describe(), Limit, Requested),
        _ => GatewayError.TokenRate(model, Scope.Describe(), Limit, Used, Requested, RetryAfter),
    };
}
