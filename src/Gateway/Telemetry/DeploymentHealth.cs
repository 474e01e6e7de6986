namespace Gateway.Telemetry;

/// <summary>What this node knows of one deployment just now.</summary>
internal sealed record DeploymentHealth
{
    public required string Provider { get; init; }

    /// <summary>The provider's own name of the model.</summary>
    public required string Model { get; init; }

    public required DeploymentCondition State { get; init; }

    public required int InFlight { get; init; }

    public int? MaxConcurrency { get; init; }

    /// <summary>The share of failed attempts in the last minute, 0 to 1.</summary>
    public required double ErrorRate { get; init; }

    /// <summary>Moving average, in milliseconds; null while none is known.</summary>
    public double? FirstByteMs { get; init; }

    /// <inheritdoc cref="FirstByteMs"/>
    public double? FirstTokenMs { get; init; }

    public DateTimeOffset? CooldownUntil { get; init; }
}
