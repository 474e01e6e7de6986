namespace Gateway.Pipeline;

/// <summary>The section <c>Gateway</c>, as far as it concerns the gateway's end.</summary>
internal sealed class ShutdownOptions
{
    public const string Section = "Gateway";

    /// <summary>What is left to requests that were broken off, to write their rows and tell their clients, before connections are cut.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    /// <summary>For how long requests are still taken once <c>/health/ready</c> fails, in seconds: 0 to 300. As long as a load balancer takes to notice.</summary>
    public int ShutdownDelaySeconds { get; set; }

    /// <summary>For how long requests that have begun may go on after that, in seconds: 1 to 3600.</summary>
    public int ShutdownGraceSeconds { get; set; } = 30;

    public TimeSpan Delay => TimeSpan.FromSeconds(ShutdownDelaySeconds);

    public TimeSpan Grace => TimeSpan.FromSeconds(ShutdownGraceSeconds);
}
