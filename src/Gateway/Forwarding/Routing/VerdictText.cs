using System.Diagnostics;

namespace Gateway.Forwarding.Routing;

/// <summary>Verdicts as a metric's tag names them.</summary>
internal static class VerdictText
{
    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Served => "served",
        Verdict.RequestRefused => "request_refused",
        Verdict.Unknown => "unknown",
        Verdict.BrokenOff => "broken_off",
        Verdict.Failed => "failed",
        Verdict.Conflict => "conflict",
        Verdict.RateLimited => "rate_limited",
        Verdict.KeyRefused => "key_refused",
        Verdict.KeyForbidden => "key_forbidden",
        _ => throw new UnreachableException($"No verdict: {verdict}."),
    };
}
