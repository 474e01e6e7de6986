using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>One limit. <c>reset_seconds</c> is the time to a full bucket, null for requests at once.</summary>
internal sealed record LimitUseJson(string Scope, string? Model, string Kind, long Limit, long Used, long Remaining, decimal? ResetSeconds)
{
    public static LimitUseJson Of(LimitUse use) => new(
        use.Scope.Kind.ToText(),
        use.Scope.Model,
        use.Kind.ToText(),
        use.Limit,
        use.Used,
        use.Remaining,
        use.Reset is { } reset ? (decimal)reset.Ticks / TimeSpan.TicksPerSecond : null);
}
