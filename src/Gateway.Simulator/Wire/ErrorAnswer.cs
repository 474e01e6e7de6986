using System.Text;
using Gateway.Simulator.Behaviors;

namespace Gateway.Simulator.Wire;

/// <summary>Sends errors: a dialect's own, or in place of it another shape or an HTML page, as a behaviour asks for.</summary>
internal static class ErrorAnswer
{
    /// <summary>Sends an error that the request itself has earned.</summary>
    public static Task SendAsync(HttpResponse response, IProviderError error, TimeProvider time, CancellationToken cancellationToken) =>
        SendBodyAsync(response, error, Behavior.Normal, time, cancellationToken);

    /// <summary>Sends the error that a behaviour asks for.</summary>
    /// <param name="response">Where to.</param>
    /// <param name="error">The behaviour's status and code in the dialect's shape.</param>
    /// <param name="behavior">What is sent in place of it, the headers beside it, and how it breaks.</param>
    /// <param name="time">Waits.</param>
    /// <param name="cancellationToken">The client's.</param>
    public static async Task SendAsync(
        HttpResponse response, IProviderError error, Behavior behavior, TimeProvider time, CancellationToken cancellationToken)
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
            await SendBodyAsync(response, new ForeignError(behavior.Status ?? 401, code, behavior.Message), behavior, time, cancellationToken);
        }
        else
        {
            await SendBodyAsync(response, error, behavior, time, cancellationToken);
        }
    }

    private static async Task SendBodyAsync(
        HttpResponse response, IProviderError error, Behavior behavior, TimeProvider time, CancellationToken cancellationToken)
    {
        using var buffer = new Utf8Buffer();
        error.Write(buffer);
        response.StatusCode = error.Status;
        await JsonAnswer.SendAsync(response, buffer.Memory, behavior, time, cancellationToken);
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
