namespace Gateway.Core.Errors;

/// <content>Failures of a provider, of the gateway itself, or of what it stands on.</content>
public sealed partial record GatewayError
{
    public static GatewayError Internal() => new(500, ErrorTypes.Server, "internal_error", null,
        "The gateway had an error while processing your request. Quote the trace_id when you report it.");

    public static GatewayError Overloaded() => new(503, ErrorTypes.ServiceUnavailable, "server_is_overloaded", null,
        "The gateway holds as many request bodies as it may at once. Please try again shortly.")
    {
        Retry = RetryAdvice.After,
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    /// <summary>This node is being stopped; another serves.</summary>
    public static GatewayError Stopping() => new(503, ErrorTypes.ServiceUnavailable, "gateway_stopping", null,
        "This node of the gateway is being stopped. Please try again; another one answers.")
    {
        Retry = RetryAdvice.After,
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static GatewayError LimiterUnavailable() => new(503, ErrorTypes.ServiceUnavailable, "rate_limiter_unavailable", null,
        "The gateway cannot check rate limits just now. Please try again shortly.")
    {
        Retry = RetryAdvice.After,
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static GatewayError StoreUnavailable() => new(503, ErrorTypes.ServiceUnavailable, "storage_unavailable", null,
        "The gateway cannot reach its database just now. Please try again shortly.")
    {
        Retry = RetryAdvice.After,
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    public static GatewayError LedgerUnavailable() => new(503, ErrorTypes.ServiceUnavailable, "ledger_unavailable", null,
        "The gateway could not record this request, so its answer is withheld. Please try again shortly.")
    {
        Retry = RetryAdvice.After,
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    public static GatewayError NoDeployment(string model) => new(503, ErrorTypes.ServiceUnavailable, "no_deployment_available", null,
        $"No deployment of the model `{Clip(model)}` is available: the operator must configure its provider.");

    public static GatewayError DeploymentsBusy(string model) => new(503, ErrorTypes.ServiceUnavailable, "deployments_at_capacity", null,
        $"All deployments of the model `{Clip(model)}` serve as many requests as they may at once. Please try again shortly.")
    {
        Retry = RetryAdvice.After,
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    /// <summary>Nobody reads it: the client has gone. Status 499, as proxies log it.</summary>
    public static GatewayError ClientClosed() => new(499, ErrorTypes.InvalidRequest, "client_disconnected", null,
        "The client closed the connection before the answer.");

    public static GatewayError ProviderUnreachable() => new(502, ErrorTypes.Server, "provider_unreachable", null,
        "The model's provider could not be reached.")
    { Fault = ProviderFault.Unreachable };

    public static GatewayError ProviderTimedOut() => new(504, ErrorTypes.Server, "provider_timeout", null,
        "The model's provider did not answer in time.")
    { Fault = ProviderFault.TimedOut };

    public static GatewayError ProviderMalformed() => new(502, ErrorTypes.Server, "provider_malformed_response", null,
        "The model's provider sent an answer that cannot be read.")
    { Fault = ProviderFault.Malformed };

    public static GatewayError ProviderAuthentication() => new(502, ErrorTypes.Server, "provider_authentication_failed", null,
        "The gateway's credentials were refused by the model's provider. This is for the operator to mend; your key is fine.")
    { Fault = ProviderFault.Authentication };

    public static GatewayError ProviderQuota() => new(502, ErrorTypes.Server, "provider_quota_exhausted", null,
        "The gateway's quota with the model's provider is exhausted. This is for the operator to mend; your key is fine.")
    { Fault = ProviderFault.QuotaExhausted };

    /// <summary>A refusal for what the gateway's account is, not for what the request says: a region that is not served, billing that is off.</summary>
    public static GatewayError ProviderPrecondition() => new(502, ErrorTypes.Server, "provider_precondition_failed", null,
        "The model's provider does not serve this gateway as its account or region stands. This is for the operator to mend; your key is fine.");

    public static GatewayError ProviderDeploymentNotFound() => new(502, ErrorTypes.Server, "provider_deployment_not_found", null,
        "The model's provider does not know the deployment behind this model. This is for the operator to mend.")
    { Fault = ProviderFault.DeploymentNotFound };

    public static GatewayError ProviderFailed(int status) => new(status, status == 503 ? ErrorTypes.ServiceUnavailable : ErrorTypes.Server, "provider_error", null,
        "The model's provider had an error while processing your request.")
    { Fault = ProviderFault.Failed };

    public static GatewayError ProviderRateLimited(TimeSpan retryAfter) => new(429, ErrorTypes.Requests, "rate_limit_exceeded", null,
        $"The model's provider is at its rate limit. Please try again in {GoDuration.Format(retryAfter)}.")
    {
        Retry = RetryAdvice.After,
        RetryAfter = retryAfter,
        Fault = ProviderFault.RateLimited,
    };

    /// <summary>A provider's refusal of the request itself, passed on in OpenAI's form.</summary>
    public static GatewayError ProviderRefused(int status, string? type, string? code, string? param, string message) =>
        new(status, type ?? ErrorTypes.InvalidRequest, code, param, message) { Fault = ProviderFault.RequestRefused };
}
