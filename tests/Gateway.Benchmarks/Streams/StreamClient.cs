namespace Gateway.Benchmarks.Streams;

/// <summary>Runs the streams of a round, each on a connection of its own.</summary>
internal static class StreamClient
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    public static async Task<StreamResult> RunAsync(Uri server, StreamRequest request, StreamPlan plan, CancellationToken ct)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
        var streams = Enumerable.Range(0, plan.Streams).Select(_ => new MeasuredStream(request, plan)).ToArray();
        var running = new List<Task<string?>>(plan.Streams);
        var starts = plan.Starts();

        // What the round before left behind is collected now, not while gaps are measured.
        GC.Collect();
        var began = Clock.GetTimestamp();
        for (var i = 0; i < streams.Length; i++)
        {
            if (starts[i] - Clock.GetElapsedTime(began) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, Clock, ct);
            }

            running.Add(streams[i].RunAsync(client, server, began, ct));
        }

        var ends = await Task.WhenAll(running);
        return new StreamResult([.. streams.SelectMany(stream => stream.GapMicroseconds)], [.. ends.OfType<string>()]);
    }
}
