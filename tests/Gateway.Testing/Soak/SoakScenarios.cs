namespace Gateway.Testing.Soak;

/// <summary>All scenarios by name.</summary>
internal static class SoakScenarios
{
    public static readonly IReadOnlyDictionary<string, Func<SoakOptions, CancellationToken, Task<SoakReport>>> All =
        new Dictionary<string, Func<SoakOptions, CancellationToken, Task<SoakReport>>>
        {
            ["limits"] = LimitsScenario.RunAsync,
            ["kill"] = KillScenario.RunAsync,
            ["redis"] = OutageScenario.RedisAsync,
            ["postgres"] = OutageScenario.PostgresAsync,
        };
}
