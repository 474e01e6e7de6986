namespace Gateway.Idempotency;

/// <summary>The section <c>Gateway:Idempotency</c>.</summary>
internal sealed class IdempotencyOptions
{
    public const string Section = "Gateway:Idempotency";

    /// <summary>How long an answer is kept once it was given, in hours: 1 to 720.</summary>
    public int KeepHours { get; set; } = 24;

    /// <summary>The largest answer that is kept, in bytes: 0 to 64 MiB.</summary>
    public int MaxAnswerBytes { get; set; } = 1 << 20;

    /// <summary>The most bytes of all answers kept for one tenant, 0 or more.</summary>
    public long MaxTenantBytes { get; set; } = 100L << 20;
}
