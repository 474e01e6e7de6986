namespace Gateway.Forwarding;

/// <summary>The section <c>Gateway:Disconnect</c>: how far an answer is read on, once the client of a tenant that drains has left.</summary>
internal sealed class DisconnectOptions
{
    public const string Section = "Gateway:Disconnect";

    /// <summary>For how long, in seconds: 1 to 600. The model's own timeouts may end it before.</summary>
    public int DrainSeconds { get; set; } = 60;

    /// <summary>For how many further completion tokens, estimated from their text: 1 to 1,000,000.</summary>
    public int DrainTokens { get; set; } = 4096;
}
