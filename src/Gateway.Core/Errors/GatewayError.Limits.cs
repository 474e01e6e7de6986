namespace Gateway.Core.Errors;

/// <content>Refusals by a rate limit. Wording and types are OpenAI's, so that clients' parsers of them work.</content>
public sealed partial record GatewayError
{
    /// <param name="scope">What the limit is on, for the reader: <c>key key_1</c>, <c>tenant ten_1</c>.</param>
    public static GatewayError RequestRate(string model, string scope, long limit, long used, TimeSpan retryAfter) =>
        new(429, ErrorTypes.Requests, "rate_limit_exceeded", null,
            $"Rate limit reached for {Clip(model)} in {scope} on requests per min (RPM): Limit {limit}, Used {used}, Requested 1. Please try again in {GoDuration.Format(retryAfter)}.")
        {
            Retry = RetryAdvice.After,
            RetryAfter = retryAfter,
        };

    /// <param name="retryAfter">When to look again: nobody can tell when a request will end.</param>
    public static GatewayError RequestsAtOnce(string model, string scope, long limit, long used, TimeSpan retryAfter) =>
        new(429, ErrorTypes.Requests, "rate_limit_exceeded", null,
            $"Rate limit reached for {Clip(model)} in {scope} on concurrent requests: Limit {limit}, Used {used}, Requested 1. Please try again in {GoDuration.Format(retryAfter)}.")
        {
            Retry = RetryAdvice.After,
            RetryAfter = retryAfter,
        };

    public static GatewayError TokenRate(string model, string scope, long limit, long used, long requested, TimeSpan retryAfter) =>
        new(429, ErrorTypes.Tokens, "rate_limit_exceeded", null,
            $"Rate limit reached for {Clip(model)} in {scope} on tokens per min (TPM): Limit {limit}, Used {used}, Requested {requested}. Please try again in {GoDuration.Format(retryAfter)}.")
        {
            Retry = RetryAdvice.After,
            RetryAfter = retryAfter,
        };

    /// <summary>The request alone is larger than a full bucket: waiting cannot help.</summary>
    public static GatewayError RequestTooLarge(string model, string scope, long limit, long requested) =>
        new(429, ErrorTypes.Tokens, "rate_limit_exceeded", null,
            $"Request too large for {Clip(model)} in {scope} on tokens per min (TPM): Limit {limit}, Requested {requested}. The input or output tokens must be reduced in order to run successfully.")
        {
            Retry = RetryAdvice.Never,
        };

    /// <summary>Money is spent: waiting cannot help.</summary>
    /// <param name="what">The account, as a sentence's subject.</param>
    /// <param name="left">What is not spent, in US dollars.</param>
    /// <param name="requested">The most that the request may cost.</param>
    /// <param name="fix">What to do, as a sentence's beginning.</param>
    public static GatewayError FundsSpent(string what, string left, string requested, string fix) =>
        new(429, ErrorTypes.InsufficientQuota, "insufficient_quota", null,
            $"You exceeded your current quota. {what} is ${left}, and this request may cost up to ${requested}. {fix}, or ask for fewer tokens (max_completion_tokens).")
        {
            Retry = RetryAdvice.Never,
        };

    /// <summary>Money that running requests hold until they end.</summary>
    /// <inheritdoc cref="FundsSpent"/>
    public static GatewayError FundsHeld(string what, string left, string held, string requested, TimeSpan retryAfter) =>
        new(429, ErrorTypes.InsufficientQuota, "insufficient_quota", null,
            $"{what} is ${left}, of which requests that are still running hold ${held}, and this request may cost up to ${requested}. Please try again in {GoDuration.Format(retryAfter)}.")
        {
            Retry = RetryAdvice.After,
            RetryAfter = retryAfter,
        };

    /// <summary>More of what no limit of the catalog is for.</summary>
    /// <param name="what">In the plural: <c>uploads</c>, <c>quotes</c>.</param>
    public static GatewayError TooManyAtOnce(string what) => new(429, ErrorTypes.Requests, "rate_limit_exceeded", null,
        $"Too many {what} at once. Please try again in 1s.")
    {
        Retry = RetryAdvice.After,
        RetryAfter = TimeSpan.FromSeconds(1),
    };
}
