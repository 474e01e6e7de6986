namespace Gateway.Core.Errors;

/// <summary>The values of <c>error.type</c> that OpenAI uses.</summary>
public static class ErrorTypes
{
    public const string InvalidRequest = "invalid_request_error";
    public const string Requests = "requests";
    public const string Tokens = "tokens";
    public const string InsufficientQuota = "insufficient_quota";
    public const string Server = "server_error";
    public const string ServiceUnavailable = "service_unavailable_error";
}
