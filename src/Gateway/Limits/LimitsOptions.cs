namespace Gateway.Limits;

/// <summary>The section <c>Gateway:Limits</c>.</summary>
internal sealed class LimitsOptions
{
    public const string Section = "Gateway:Limits";

    /// <summary>How long a request may wait for Redis before it counts as down, and no request waits for it.</summary>
    public int RedisTimeoutMs { get; set; } = 50;
}
