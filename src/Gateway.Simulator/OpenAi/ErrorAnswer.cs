using System.Text;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>The error that a behaviour asks for, in OpenAI's shape, in another's, or as an HTML page.</summary>
internal static class ErrorAnswer
{
    public static async Task SendAsync(
        HttpResponse response, Behavior behavior, string? model, TimeProvider time, CancellationToken cancellationToken)
    {
        if (behavior.RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = retryAfter;
        }

        if (behavior.RetryAfterMs is { } retryAfterMs)
        {
            response.Headers["retry-after-ms"] = retryAfterMs;
        }

        if (behavior.Html == true)
        {
            await SendPageAsync(response, behavior.Status ?? 502, cancellationToken);
        }
        else if (behavior.ForeignError is { } code)
        {
            using var buffer = new Utf8Buffer();
            buffer.Raw("{\"success\":false,\"error\":{\"code\":"u8);
            buffer.Quoted(code);
            buffer.Raw(",\"message\":"u8);
            buffer.Quoted(behavior.Message ?? "The request was refused.");
            buffer.Raw("},\"trace_id\":\"sim-trace\"}"u8);
            response.StatusCode = behavior.Status ?? 401;
            await JsonAnswer.SendAsync(response, buffer.Memory, behavior, time, cancellationToken);
        }
        else
        {
            await OpenAiError.Of(behavior, model).SendAsync(response, behavior, time, cancellationToken);
        }
    }

    private static async Task SendPageAsync(HttpResponse response, int status, CancellationToken cancellationToken)
    {
        var page = Encoding.UTF8.GetBytes(
            $"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>simulated proxy</body></html>\n");
        response.StatusCode = status;
        response.ContentType = "text/html";
        response.ContentLength = page.Length;
        await response.BodyWriter.WriteAsync(page, cancellationToken);
    }
}
