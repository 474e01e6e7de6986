namespace Gateway.Limits;

/// <summary>The section <c>Gateway:Limits</c>.</summary>
internal sealed class LimitsOptions
{
    public const string Section = "Gateway:Limits";

    /// <summary>How long one call to Redis may take before its limits count as unavailable.</summary>
    public int RedisTimeoutMs { get; set; } = 250;
}
