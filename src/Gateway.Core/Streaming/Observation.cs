using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>What was seen of one answer as it went by; settlement bills by it.</summary>
public sealed record Observation
{
    public required AnswerOutcome Outcome { get; init; }

    /// <summary>The HTTP status that the client gets.</summary>
    public required int Status { get; init; }

    /// <summary>The provider's own usage, or null where it sent none that can be believed.</summary>
    public Usage? Usage { get; init; }

    /// <summary>What the provider sent for a usage and is not believed, where there is no other.</summary>
    public RefusedUsage? RefusedUsage { get; init; }

    /// <summary>Text of the answer that was received, for an estimate where there is no usage.</summary>
    public TextSize Received { get; init; }

    /// <summary>Whether anything of an answer reached the gateway: then it costs, though it broke off.</summary>
    public bool AnswerBegan { get; init; }

    /// <summary>
    /// Whether the answer was read to its end though the client had left: its usage is the provider's last word then, as it is of an
    /// answer that completed.
    /// </summary>
    public bool ReadToEnd { get; init; }

    /// <summary>What the provider stores of the answer, if it stores it; or null.</summary>
    public StoredOutput? Stored { get; init; }

    /// <summary>From the request's arrival to the answer's first content, in milliseconds; null where none came.</summary>
    public long? FirstTokenMs { get; init; }
}
