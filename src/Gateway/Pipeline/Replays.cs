using Gateway.Core.Errors;
using Gateway.Idempotency;

namespace Gateway.Pipeline;

/// <summary>
/// Gives a stored answer once more, byte for byte, a stream's events with it. It is charged to nobody, and counts against no limit. Its bytes are
/// held as a request's body would be, in memory that is counted.
/// </summary>
internal sealed class Replays(KeyGuard guard, BodyBuffers buffers)
{
    /// <returns>Why it cannot be had, or null where the client has it.</returns>
    public async ValueTask<GatewayError?> WriteAsync(HttpContext context, KeyVerdict.Replay replay)
    {
        var answer = replay.Answer;
        if (!buffers.TryRent(answer.Bytes, out var buffer))
        {
            return GatewayError.Overloaded();
        }

        try
        {
            var bytes = buffer.AsMemory(0, answer.Bytes);
            if (await guard.ReadAsync(replay, bytes, context.RequestAborted) is { } error)
            {
                return error;
            }

            WriteHeaders(context.Response, answer);
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
            return null;
        }
        finally
        {
            buffers.Return(buffer, answer.Bytes);
        }
    }

    private static void WriteHeaders(HttpResponse response, StoredAnswer answer)
    {
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Bytes;
        var headers = response.Headers;
        headers["x-gateway-provider"] = answer.Provider;
        headers["x-gateway-model"] = answer.Model;
        headers["x-gateway-idempotent-replay"] = "true";
        headers["x-gateway-original-request-id"] = answer.RequestId;
        if (answer.Cost is { } cost)
        {
            headers["x-gateway-cost-usd"] = cost.ToString();
        }
        else
        {
            // As the stream had them.
            headers.CacheControl = "no-cache";
            headers["X-Accel-Buffering"] = "no";
        }
    }
}
