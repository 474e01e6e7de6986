namespace Gateway.Testing.Soak;

/// <summary>How much of a scenario is run. The seed decides what is asked of whom, who is killed and when; what runs at the same time does the rest.</summary>
internal sealed record SoakOptions
{
    public required int Seed { get; init; }

    /// <summary>Clients that ask one request after the other, all at the same time.</summary>
    public required int Clients { get; init; }

    /// <summary>Times that something is killed.</summary>
    public required int Rounds { get; init; }

    /// <summary>How long the load lasts, and in the scenarios that kill servers, each outage.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Requests a minute of the limited tenant; fifty times as many tokens of the other.</summary>
    public required long RequestsPerMinute { get; init; }

    /// <summary>Waits in the end until all leases of killed gateways have ended, a minute, and asks a fresh gateway what is used.</summary>
    public required bool WaitForLeases { get; init; }

    /// <summary>How long a request may wait for Redis. Long where limits are to hold on a machine that is slow.</summary>
    public TimeSpan RedisTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
