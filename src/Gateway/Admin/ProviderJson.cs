using Gateway.Telemetry;

namespace Gateway.Admin;

/// <summary>One deployment. <c>error_rate</c> is of the last minute, 0 to 1; the times are moving averages, null while nothing is known.</summary>
internal sealed record ProviderJson(
    string Provider,
    string Model,
    string State,
    int InFlight,
    int? MaxConcurrency,
    decimal ErrorRate,
    decimal? LatencyMs,
    decimal? FirstTokenMs,
    DateTimeOffset? CooldownUntil)
{
    public static ProviderJson Of(DeploymentHealth health) => new(
        health.Provider,
        health.Model,
        health.State switch
        {
            DeploymentCondition.Open => "open",
            DeploymentCondition.HalfOpen => "half_open",
            DeploymentCondition.Resting => "cooling_down",
            _ => "closed",
        },
        health.InFlight,
        health.MaxConcurrency,
        Rounded(health.ErrorRate, 4),
        health.FirstByteMs is { } firstByte ? Rounded(firstByte, 1) : null,
        health.FirstTokenMs is { } firstToken ? Rounded(firstToken, 1) : null,
        health.CooldownUntil);

    private static decimal Rounded(double value, int decimals) => Math.Round((decimal)value, decimals, MidpointRounding.AwayFromZero);
}
