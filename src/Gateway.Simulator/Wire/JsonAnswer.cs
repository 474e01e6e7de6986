using Gateway.Simulator.Behaviors;

namespace Gateway.Simulator.Wire;

/// <summary>Sends a JSON body, whole or broken as the behaviour says.</summary>
internal static class JsonAnswer
{
    public static async Task SendAsync(
        HttpResponse response, ReadOnlyMemory<byte> body, Behavior behavior, TimeProvider time, CancellationToken cancellationToken)
    {
        var half = body[..(body.Length / 2)];
        if (behavior.Truncated == true || behavior.Malformed is not null)
        {
            body = half;
        }

        response.ContentType = behavior.WrongContentType == true ? "text/plain" : "application/json";
        response.ContentLength = body.Length;
        if (behavior.FirstToken is { } wait)
        {
            await response.Body.FlushAsync(cancellationToken);
            await Task.Delay(wait, time, cancellationToken);
        }

        if (behavior.Cut is not null || behavior.CutBody == true || behavior.HangAfter is not null)
        {
            await response.BodyWriter.WriteAsync(half, cancellationToken);
            if (behavior.HangAfter is not null)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
            }

            throw new ConnectionCutException();
        }

        await response.BodyWriter.WriteAsync(body, cancellationToken);
    }
}
