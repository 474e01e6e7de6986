namespace Gateway.Pipeline;

/// <summary>Lets pages of the origins that the operator names call the inference API from browsers; without any, no header of it is sent.</summary>
internal static class CrossOrigin
{
    public const string Key = "Gateway:Cors:Origins";

    // What clients read of an answer beside its body.
    private static readonly string[] Exposed =
    [
        "x-request-id", "x-gateway-cost-usd", "x-gateway-provider", "x-gateway-model", "x-gateway-budget-warning", "openai-processing-ms", "openai-version", "retry-after", "retry-after-ms",
        "x-should-retry", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
        "x-ratelimit-reset-tokens", "request-id",
    ];

    /// <summary>Origins, separated by commas or as an array; <c>*</c> for any.</summary>
    public static IReadOnlyList<string> Of(IConfiguration configuration) => SettingList.Of(configuration, Key);

    /// <summary>Why an entry is no origin, or null.</summary>
    public static string? Problem(string origin) =>
        origin == "*" || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == origin)
            ? null
            : "Each entry must be an origin such as https://app.example.com, without a path or a slash at its end, or *.";

    /// <summary>Before what answers; nothing where no origin is named.</summary>
    public static void UseCrossOrigin(this IApplicationBuilder app, IConfiguration configuration)
    {
        var origins = Of(configuration);
        if (origins.Count > 0)
        {
            // Keys go in a header that a page must set itself: no cookies, hence no credentials.
            app.UseCors(policy => _ = (origins.Contains("*") ? policy.AllowAnyOrigin() : policy.WithOrigins([.. origins]))
                .AllowAnyHeader().AllowAnyMethod().WithExposedHeaders(Exposed).SetPreflightMaxAge(TimeSpan.FromHours(1)));
        }
    }
}
