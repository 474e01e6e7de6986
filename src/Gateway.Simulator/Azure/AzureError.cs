using System.Globalization;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.OpenAi;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Azure;

/// <summary>An error of the service around the model: a code and a message. What the model itself refuses is an <see cref="OpenAiError"/>.</summary>
internal sealed record AzureError(int Status, string Code, string Message) : IProviderError
{
    private const string DeploymentNotFound = "DeploymentNotFound";

    public static AzureError NoKey { get; } = new(
        401, "401", "Access denied: the subscription key is missing, wrong, or meant for another endpoint.");

    /// <summary>An unknown path, or an API version that does not exist.</summary>
    public static AzureError NoResource { get; } = new(404, "404", "Resource not found");

    /// <summary>The error that a behaviour asks for, with what is usual for its status where it leaves things open.</summary>
    public static IProviderError Of(Behavior behavior, string? deployment)
    {
        if (behavior.Blocked == true || behavior.Code is "content_filter")
        {
            return new ContentFilterError(behavior.Status ?? 400, behavior.Message);
        }

        var status = behavior.Status ?? 500;
        var usual = Usual(status, behavior.Code, behavior.RetryAfter);
        return usual is null
            ? OpenAiError.Of(behavior, deployment)
            : usual with { Message = behavior.Message ?? usual.Message, Code = behavior.Code ?? usual.Code };
    }

    public void Write(Utf8Buffer to)
    {
        to.Raw("{\"error\":{\"code\":"u8);
        to.Quoted(Code);
        to.Raw(",\"message\":"u8);
        to.Quoted(Message);
        to.Raw("}}"u8);
    }

    private static AzureError? Usual(int status, string? code, string? retryAfter) => (status, code) switch
    {
        (_, "context_length_exceeded" or "insufficient_quota") => null,
        (401, _) => NoKey,
        (403, _) => new(status, "403", "Access denied: the resource is closed to this network."),
        (404, _) => new(status, DeploymentNotFound, "There is no API deployment of this name in the resource; a new one takes a few minutes."),
        (408, _) => new(status, "Timeout", "The operation took too long."),
        (429, _) => new(
            status, "429", $"The deployment is over its rate limit for tokens or calls. Please retry after {retryAfter ?? "1"} seconds."),
        (500, _) => new(status, "InternalServerError", "The service failed while it processed the request."),
        (503, _) => new(status, "ServiceUnavailable", "The service is busy for the moment."),
        ( > 500, _) => new(status, status.ToString(CultureInfo.InvariantCulture), "The service could not be reached."),
        _ => null,
    };
}
