using System.Buffers;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;

namespace Gateway.Pipeline;

/// <summary>Writes a refusal: status, the error object in the form of what was called, and what it says about trying again.</summary>
internal static class ErrorResponse
{
    // Node's SDK ignores a retry-after of more than a minute.
    private const long LongestRetrySeconds = 60;

    public static async ValueTask WriteAsync(HttpContext context, GatewayError error)
    {
        var exchange = Exchange.Of(context);
        (exchange.Refusal, exchange.Limit) = (error.Label, error.Limit);
        var response = context.Response;
        if (response.HasStarted)
        {
            // Half an answer is out; only a broken connection tells the client so.
            context.Abort();
            return;
        }

        var endpoint = exchange.Endpoint ?? ApiEndpoint.ChatCompletions;
        response.StatusCode = endpoint.StatusOf(error);
        response.ContentType = "application/json";
        WriteAdvice(response.Headers, error);
        var body = new ArrayBufferWriter<byte>(512);
        endpoint.WriteError(body, error, exchange.TraceId, exchange.RequestId);
        response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            response.BodyWriter.Write(body.WrittenSpan);
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void WriteAdvice(IHeaderDictionary headers, GatewayError error)
    {
        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            headers.WWWAuthenticate = "Bearer";
        }

        switch (error.Retry)
        {
            case RetryAdvice.After:
                var ms = Math.Clamp((long)Math.Ceiling(error.RetryAfter.TotalMilliseconds), 1, LongestRetrySeconds * 1000);
                headers.RetryAfter = ((ms + 999) / 1000).ToString();
                headers["retry-after-ms"] = ms.ToString();
                if (error.Status == StatusCodes.Status409Conflict)
                {
                    // By itself a conflict sounds like one that stays.
                    headers["x-should-retry"] = "true";
                }

                break;
            case RetryAdvice.Never:
                headers["x-should-retry"] = "false";
                break;
        }
    }
}
