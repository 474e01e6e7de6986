using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>An error in OpenAI's shape.</summary>
internal sealed record OpenAiError(int Status, string Message, string Type, string? Param, string? Code) : IProviderError
{
    private const string InvalidRequest = "invalid_request_error";

    public static OpenAiError BrokenJson { get; } = new(
        400, "We could not parse the JSON body of your request. The API expects a JSON payload.", InvalidRequest, null, null);

    public static OpenAiError InvalidKey { get; } = new(
        401, "Incorrect API key provided: sk-****. Look it up in your account.", InvalidRequest, null, "invalid_api_key");

    public static OpenAiError Missing(string parameter) => new(
        400, $"Missing required parameter: '{parameter}'.", InvalidRequest, parameter, "missing_required_parameter");

    public static OpenAiError UnknownPath(string method, string path) => new(
        404, $"Invalid URL ({method} {path})", InvalidRequest, null, null);

    public static OpenAiError UnusableDirective(string complaint) => new(
        400, complaint, InvalidRequest, "model", "simulator_directive");

    /// <summary>The error that a behaviour asks for, with what is usual for its status where it leaves things open.</summary>
    public static OpenAiError Of(Behavior behavior, string? model)
    {
        var usual = behavior.Blocked == true
            ? Usual(behavior.Status ?? 400, "content_filter", model)
            : Usual(behavior.Status ?? 500, behavior.Code, model);
        return usual with { Message = behavior.Message ?? usual.Message, Code = behavior.Code ?? usual.Code };
    }

    /// <summary>The error of a stream that fails under way.</summary>
    public static OpenAiError InStream(Behavior behavior) => new(
        200,
        behavior.Message ?? "The server had an error while processing your request.",
        "server_error",
        null,
        behavior.Code ?? "server_error");

    public void Write(Utf8Buffer to)
    {
        to.Raw("{\"error\":{\"message\":"u8);
        to.Quoted(Message);
        to.Raw(",\"type\":"u8);
        to.Quoted(Type);
        to.Raw(",\"param\":"u8);
        to.Quoted(Param);
        to.Raw(",\"code\":"u8);
        to.Quoted(Code);
        to.Raw("}}"u8);
    }

    /// <summary>What is usual for a status, or for a code that has a meaning of its own.</summary>
    public static OpenAiError Usual(int status, string? code, string? model) => (status, code) switch
    {
        (_, "content_filter") => new(
            status, "The prompt was stopped by the content management policy.", InvalidRequest, "prompt", "content_filter"),
        (_, "context_length_exceeded") => new(
            status,
            "This model's maximum context length is 128000 tokens. However, your messages resulted in 128117 tokens.",
            InvalidRequest,
            "messages",
            code),
        (_, "DeploymentNotFound") => new(
            status, "The API deployment for this resource does not exist.", InvalidRequest, null, code),
        (_, "insufficient_quota") => new(
            status, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", null, code),
        (400, _) => new(status, "The request is not valid.", InvalidRequest, null, null),
        (401, _) => InvalidKey,
        (403, _) => new(status, "You are not allowed to use this model.", InvalidRequest, null, "permission_denied"),
        (404, _) => new(
            status,
            $"The model `{model}` does not exist or you do not have access to it.",
            InvalidRequest,
            null,
            "model_not_found"),
        (408 or 504, _) => new(status, "The request took too long.", "server_error", null, "timeout"),
        (413, _) => new(status, "The request is too large.", InvalidRequest, null, "request_too_large"),
        (429, "tokens") => new(
            status,
            $"Rate limit reached for {model} on tokens per min (TPM): Limit 200000, Used 195000, Requested 8000. Please try again in 1s.",
            "tokens",
            null,
            "rate_limit_exceeded"),
        (429, _) => new(
            status,
            $"Rate limit reached for {model} on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in 120ms.",
            "requests",
            null,
            "rate_limit_exceeded"),
        (503 or 529, _) => new(
            status, "The server is overloaded. Please try again later.", "service_unavailable_error", null, "server_is_overloaded"),
        ( >= 500, _) => new(
            status, "The server had an error while processing your request.", "server_error", null, "server_error"),
        _ => new(status, "The request was refused.", InvalidRequest, null, null),
    };
}
