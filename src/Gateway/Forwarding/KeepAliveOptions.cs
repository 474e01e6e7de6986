namespace Gateway.Forwarding;

/// <summary>The section <c>Gateway:KeepAlive</c>: when a client that waits for a stream gets a comment, so that nothing on the way takes the connection for dead.</summary>
internal sealed class KeepAliveOptions
{
    public const string Section = "Gateway:KeepAlive";

    /// <summary>How long before the provider has answered, in milliseconds: 10 to 600,000.</summary>
    public int FirstAfterMs { get; set; } = 30_000;

    /// <summary>How long after the provider's 200 or the last byte, in milliseconds: 10 to 600,000.</summary>
    public int IntervalMs { get; set; } = 15_000;
}
