using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Anthropic;

/// <summary>An error in Anthropic's shape.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Type">Such as <c>invalid_request_error</c>.</param>
/// <param name="Message">For people.</param>
/// <param name="RequestId">As in the header <c>request-id</c>; null = left out, as in a stream.</param>
internal sealed record AnthropicError(int Status, string Type, string Message, string? RequestId = null) : IProviderError
{
    public static AnthropicError NoKey { get; } = new(401, "authentication_error", "A key is needed in the header x-api-key.");

    public static AnthropicError InvalidKey { get; } = new(401, "authentication_error", "invalid x-api-key");

    public static AnthropicError TooLarge { get; } = new(413, "request_too_large", "The request is larger than 32 MB.");

    public static AnthropicError BrokenJson { get; } = Invalid("The body of the request is no valid JSON.");

    public static AnthropicError UnknownPath { get; } = new(404, "not_found_error", "There is nothing at this path.");

    public static AnthropicError Invalid(string message) => new(400, "invalid_request_error", message);

    /// <summary>The error that a behaviour asks for, with what is usual for its status where it leaves things open.</summary>
    public static AnthropicError Of(Behavior behavior, string? model)
    {
        var usual = behavior.Blocked == true
            ? Invalid("The content was stopped by the filtering policy.") with { Status = behavior.Status ?? 400 }
            : Usual(behavior.Status ?? 500, model);
        return usual with { Message = behavior.Message ?? usual.Message, Type = behavior.Code ?? usual.Type };
    }

    /// <summary>The error of a stream that fails under way.</summary>
    public static AnthropicError InStream(Behavior behavior) =>
        new(200, behavior.Code ?? "overloaded_error", behavior.Message ?? "Overloaded");

    public void Write(Utf8Buffer to)
    {
        to.Raw("{\"type\":\"error\",\"error\":{\"type\":"u8);
        to.Quoted(Type);
        to.Raw(",\"message\":"u8);
        to.Quoted(Message);
        to.Raw("}"u8);
        if (RequestId is not null)
        {
            to.Raw(",\"request_id\":"u8);
            to.Quoted(RequestId);
        }

        to.Raw("}"u8);
    }

    private static AnthropicError Usual(int status, string? model) => status switch
    {
        400 => new(status, "invalid_request_error", "The request is not valid."),
        401 => InvalidKey,
        402 => new(status, "billing_error", "There is something wrong with your billing."),
        403 => new(status, "permission_error", "Your key may not use this resource."),
        404 => new(status, "not_found_error", $"model: {model}"),
        413 => TooLarge,
        429 => new(status, "rate_limit_error", "This request would exceed the rate limit of your organization. Try again later."),
        504 => new(status, "timeout_error", "The request took too long; stream long answers."),
        503 or 529 => new(status, "overloaded_error", "Overloaded"),
        >= 500 => new(status, "api_error", "Internal server error"),
        _ => new(status, "invalid_request_error", "The request was refused."),
    };
}
