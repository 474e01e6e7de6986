namespace Gateway.Core.Admission;

/// <summary>
/// How one limit stands. <paramref name="Remaining"/> is 0 or more and rounded down; <paramref name="Reset"/> is the time to a full
/// bucket, as in OpenAI's <c>x-ratelimit-reset-*</c>, not the time to wait.
/// </summary>
public readonly record struct LimitLevel(long Limit, long Remaining, TimeSpan Reset);
