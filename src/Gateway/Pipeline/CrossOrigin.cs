namespace Gateway.Pipeline;

/// <summary>
/// Lets pages of the origins that the operator names call the inference API from browsers, and those named for it the admin API; without any, no header of it is sent.
/// Both are lists of origins, separated by commas or as an array; <c>*</c> for any.
/// </summary>
internal static class CrossOrigin
{
    public const string Key = "Gateway:Cors:Origins";
    public const string AdminKey = "Gateway:Cors:AdminOrigins";

    // What clients read of an answer beside its body.
    private static readonly string[] Exposed =
    [
        "x-request-id", "x-gateway-cost-usd", "x-gateway-provider", "x-gateway-model", "x-gateway-budget-warning", "x-gateway-idempotent-replay", "x-gateway-original-request-id",
        "openai-processing-ms", "openai-version", "retry-after", "retry-after-ms", "x-should-retry", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", "request-id", "anthropic-ratelimit-requests-limit",
        "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset", "anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining",
        "anthropic-ratelimit-tokens-reset", "content-disposition",
    ];

    /// <summary>Why an entry is no origin, or null.</summary>
    public static string? Problem(string origin) =>
        origin == "*" || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == origin)
            ? null
            : "Each entry must be an origin such as https://app.example.com, without a path or a slash at its end, or *.";

    /// <summary>Before what answers; nothing where no origin is named.</summary>
    public static void UseCrossOrigin(this IApplicationBuilder app, IConfiguration configuration)
    {
        if (SettingList.Of(configuration, Key) is { Count: > 0 } origins)
        {
            app.UseWhen(static context => !InferencePaths.AreOfOperators(context.Request.Path), api => Allow(api, origins));
        }

        if (SettingList.Of(configuration, AdminKey) is { Count: > 0 } admins)
        {
            app.UseWhen(static context => context.Request.Path.StartsWithSegments(InferencePaths.Admin, StringComparison.OrdinalIgnoreCase), api => Allow(api, admins));
        }
    }

    // Keys go in a header that a page must set itself: no cookies, hence no credentials.
    private static void Allow(IApplicationBuilder app, IReadOnlyList<string> origins) =>
        app.UseCors(policy => _ = (origins.Contains("*") ? policy.AllowAnyOrigin() : policy.WithOrigins([.. origins]))
            .AllowAnyHeader().AllowAnyMethod().WithExposedHeaders(Exposed).SetPreflightMaxAge(TimeSpan.FromHours(1)));
}
