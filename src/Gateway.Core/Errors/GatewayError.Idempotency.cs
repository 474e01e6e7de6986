namespace Gateway.Core.Errors;

/// <content>Refusals of a request for its <c>Idempotency-Key</c>.</content>
public sealed partial record GatewayError
{
    /// <param name="most">The longest key, in characters.</param>
    public static GatewayError InvalidIdempotencyKey(int most) => Invalid("invalid_idempotency_key", "Idempotency-Key",
        $"Invalid 'Idempotency-Key' header: send it once, with 1 to {most} printable ASCII characters, or leave it out.");

    /// <summary>The first request with this key has no answer yet.</summary>
    /// <param name="retryAfter">When to ask for it again.</param>
    public static GatewayError IdempotencyKeyInUse(TimeSpan retryAfter) => Conflict("idempotency_key_in_use",
        $"A request with this Idempotency-Key is still running. Repeat it in {GoDuration.Format(retryAfter)} for its answer; it is charged once.") with
    {
        Retry = RetryAdvice.After,
        RetryAfter = retryAfter,
    };

    public static GatewayError IdempotencyKeyReused() => Conflict("idempotency_key_reused",
        "This Idempotency-Key was used with another body or on another endpoint. Use a new key for a new request.");

    public static GatewayError IdempotencyNotReplayable() => Conflict("idempotency_not_replayable",
        "The request with this Idempotency-Key was answered and charged, but its answer was not kept, since it broke off or is larger than is stored. To ask again, and be charged again, use a new key.");

    private static GatewayError Conflict(string code, string message) => new(409, ErrorTypes.InvalidRequest, code, "Idempotency-Key", message) { Retry = RetryAdvice.Never };
}
