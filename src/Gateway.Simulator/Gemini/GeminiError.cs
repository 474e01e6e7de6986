using System.Globalization;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Gemini;

/// <summary>An error in Google's shape.</summary>
/// <param name="Status">The HTTP status, repeated in the body.</param>
/// <param name="Name">Of the status, such as <c>INVALID_ARGUMENT</c>.</param>
/// <param name="Message">For people.</param>
internal sealed record GeminiError(int Status, string Name, string Message) : IProviderError
{
    private const string InvalidArgument = "INVALID_ARGUMENT";

    public static GeminiError NoKey { get; } = new(403, "PERMISSION_DENIED", "Callers without an identity are not let in; send an API key.");

    public static GeminiError InvalidKey { get; } = Invalid("API key not valid.") with { Reason = "API_KEY_INVALID" };

    public static GeminiError UnknownPath { get; } = new(404, "NOT_FOUND", "There is no such method.");

    public static GeminiError BrokenJson { get; } = Invalid("Invalid JSON payload received.");

    public static GeminiError TooLarge { get; } = Invalid("Request payload size exceeds the limit: 20971520 bytes.");

    /// <summary>Told as a machine-readable reason.</summary>
    public string? Reason { get; init; }

    /// <summary>The field that is at fault.</summary>
    public string? Field { get; init; }

    /// <summary>How long to wait, such as <c>37s</c>.</summary>
    public string? RetryDelay { get; init; }

    public static GeminiError Invalid(string message, string? field = null) => new(400, InvalidArgument, message) { Field = field };

    /// <summary>The error that a behaviour asks for, with what is usual for its status where it leaves things open.</summary>
    public static GeminiError Of(Behavior behavior, string? model)
    {
        var usual = Usual(behavior.Status ?? 500, model);
        return usual with
        {
            Message = behavior.Message ?? usual.Message,
            Name = behavior.Code ?? usual.Name,
            RetryDelay = usual.Status == 429 ? Delay(behavior) : null,
        };
    }

    /// <summary>The error of a stream that fails under way.</summary>
    public static GeminiError InStream(Behavior behavior) =>
        new(503, behavior.Code ?? "UNAVAILABLE", behavior.Message ?? "The model is overloaded. Try again later.");

    public void Write(Utf8Buffer to)
    {
        to.Raw("{\"error\":{\"code\":"u8);
        to.Number(Status);
        to.Raw(",\"message\":"u8);
        to.Quoted(Message);
        to.Raw(",\"status\":"u8);
        to.Quoted(Name);
        if (Reason is not null)
        {
            to.Raw(",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":"u8);
            to.Quoted(Reason);
            to.Raw(",\"domain\":\"googleapis.com\",\"metadata\":{\"service\":\"generativelanguage.googleapis.com\"}}]"u8);
        }
        else if (Field is not null)
        {
            to.Raw(",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\",\"fieldViolations\":[{\"field\":"u8);
            to.Quoted(Field);
            to.Raw(",\"description\":"u8);
            to.Quoted(Message);
            to.Raw("}]}]"u8);
        }
        else if (RetryDelay is not null)
        {
            to.Raw(",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{\"quotaMetric\":\"generativelanguage.googleapis.com/generate_content_requests\",\"quotaId\":\"GenerateRequestsPerMinutePerProjectPerModel\",\"quotaValue\":\"1000\"}]},{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":"u8);
            to.Quoted(RetryDelay);
            to.Raw("}]"u8);
        }

        to.Raw("}}"u8);
    }

    private static string Delay(Behavior behavior) =>
        decimal.TryParse(behavior.RetryAfter, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds}s")
        : decimal.TryParse(behavior.RetryAfterMs, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds)
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.###}s")
        : "2s";

    private static GeminiError Usual(int status, string? model) => status switch
    {
        400 => Invalid("The request is not valid."),
        401 => new(status, "UNAUTHENTICATED", "The credentials of the request are not valid."),
        403 => new(status, "PERMISSION_DENIED", "The caller may not do this."),
        404 => new(status, "NOT_FOUND", $"models/{model} is not found for API version v1beta, or cannot generate content."),
        413 => new(status, InvalidArgument, TooLarge.Message),
        429 => new(status, "RESOURCE_EXHAUSTED", "You exceeded your current quota; see your plan and billing details."),
        499 => new(status, "CANCELLED", "The operation was cancelled."),
        501 => new(status, "UNIMPLEMENTED", "The operation is not implemented."),
        503 or 529 => new(status, "UNAVAILABLE", "The model is overloaded. Try again later."),
        504 => new(status, "DEADLINE_EXCEEDED", "The deadline passed before the operation was complete."),
        >= 500 => new(status, "INTERNAL", "An internal error has occurred."),
        _ => new(status, "FAILED_PRECONDITION", "The request was refused."),
    };
}
