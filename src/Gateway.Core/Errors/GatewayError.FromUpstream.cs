using Gateway.Core.Dialects;

namespace Gateway.Core.Errors;

/// <content>A provider's refusal, as the client gets to see it.</content>
public sealed partial record GatewayError
{
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// What lies between the gateway and its provider (credentials, quota, deployment names) is the operator's affair: the client gets a
    /// 502 that says so. What the provider says of the request itself goes through; what it says of its own health becomes 502, 503 or 504.
    /// </summary>
    /// <param name="refusal">As the dialect read it.</param>
    /// <param name="retryAfter">The word of the answer's headers on when to try again, or null: then the body's counts.</param>
    public static GatewayError FromUpstream(UpstreamRefusal refusal, TimeSpan? retryAfter)
    {
        if (refusal.Status is 401 or 403 or 407 || refusal.Code is "invalid_token" or "token_mismatched" or "invalid_api_key")
        {
            return ProviderAuthentication();
        }

        if (IsQuota(refusal.Code) || IsQuota(refusal.Type))
        {
            return ProviderQuota();
        }

        if (refusal is { Status: 400, Code: "failed_precondition" })
        {
            return ProviderPrecondition();
        }

        return refusal.Status switch
        {
            402 => ProviderQuota(),

            // So OpenAI says that a model does not serve an endpoint, without the code that a missing one has: the request is wrong, and the deployment well.
            404 when refusal is { Type: ErrorTypes.InvalidRequest, Code: null, Param: "model", Message: { } message } => ProviderRefused(400, refusal.Type, "unsupported_parameter", refusal.Param, message),
            404 => ProviderDeploymentNotFound(),
            408 or 504 => ProviderTimedOut(),
            429 => ProviderRateLimited(retryAfter ?? refusal.RetryAfter ?? DefaultRetryAfter),
            503 or 529 => ProviderFailed(503),
            >= 400 and < 500 => ProviderRefused(
                refusal.Status, refusal.Type, refusal.Code, refusal.Param, refusal.Message ?? "The model's provider refused the request without saying why."),
            _ => ProviderFailed(502),
        };
    }

    /// <summary>An error that came inside of a 200: its own code or type stands for the status that it would have had, else what the dialect read of it.</summary>
    /// <param name="refusal">As the dialect read it, with the status 500 unless the error itself tells another.</param>
    public static GatewayError FromAnswer(UpstreamRefusal refusal)
    {
        var status = int.TryParse(refusal.Code, out var code) && code is >= 400 and <= 599 ? code
            : refusal is { Code: "rate_limit_exceeded" } ? 429
            : refusal is { Code: "context_length_exceeded" } ? 400
            : StatusOf(refusal.Type) ?? refusal.Status;
        return FromUpstream(refusal with { Status = status }, retryAfter: null);
    }

    /// <summary>OpenAI's types, and those that Anthropic's API sends in the middle of a stream.</summary>
    private static int? StatusOf(string? type) => type switch
    {
        ErrorTypes.InvalidRequest => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "rate_limit_error" => 429,
        "overloaded_error" => 503,
        "timeout_error" => 504,
        _ => null,
    };

    private static bool IsQuota(string? word) => word is "insufficient_quota" or "credit_balance_exhausted" or "organization_spend_limit_exceeded"
        or "project_spend_limit_exceeded" or "organization_usage_limit_exceeded";
}
