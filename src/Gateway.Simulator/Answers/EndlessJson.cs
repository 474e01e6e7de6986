using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Answers;

/// <summary>A JSON answer whose text never ends.</summary>
internal static class EndlessJson
{
    /// <summary>Sends until the client goes.</summary>
    /// <param name="response">Where to.</param>
    /// <param name="buffer">Holds the beginning of the answer, up to inside its text.</param>
    /// <param name="answer">Its text and pace.</param>
    /// <param name="time">Waits.</param>
    /// <param name="cancellationToken">The client's.</param>
    public static async Task SendAsync(
        HttpResponse response, Utf8Buffer buffer, PlannedAnswer answer, TimeProvider time, CancellationToken cancellationToken)
    {
        response.ContentType = "application/json";
        var tokens = answer.Text.GetEnumerator();
        while (tokens.MoveNext())
        {
            buffer.Text(tokens.Current);
            var result = await response.BodyWriter.WriteAsync(buffer.Memory, cancellationToken);
            buffer.Truncate(0);
            if (result.IsCompleted)
            {
                throw new OperationCanceledException("The client is gone.");
            }

            await Task.Delay(answer.Behavior.Pace ?? TimeSpan.Zero, time, cancellationToken);
        }
    }
}
