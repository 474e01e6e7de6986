using Gateway.Core.Errors;

namespace Gateway.Forwarding.Routing;

/// <summary>
/// Which of several failures the client is told. What it can act on comes first: its own mistake, then a wait, then that the provider is ill;
/// what only the operator can mend comes last.
/// </summary>
internal static class Usefulness
{
    /// <summary>Whether <paramref name="error"/> tells more than <paramref name="other"/>. Of equals the first stands; of two waits the shorter.</summary>
    public static bool IsBetter(GatewayError error, GatewayError other)
    {
        var (one, two) = (RankOf(error), RankOf(other));
        return one > two || (one == two && error.Fault == ProviderFault.RateLimited && error.RetryAfter < other.RetryAfter);
    }

    private static int RankOf(GatewayError error) => error.Fault switch
    {
        ProviderFault.RequestRefused => 9,
        ProviderFault.RateLimited => 8,
        ProviderFault.Failed => error.Status == StatusCodes.Status503ServiceUnavailable ? 7 : 5,
        ProviderFault.TimedOut => 6,
        ProviderFault.Malformed => 4,
        ProviderFault.Unreachable => 3,
        ProviderFault.QuotaExhausted => 2,
        ProviderFault.DeploymentNotFound => 1,
        _ => 0,
    };
}
