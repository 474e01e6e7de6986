using System.Net.Http.Headers;
using System.Text;

namespace Gateway.Benchmarks.Driving;

/// <summary>Drives from this process, for machines without wrk, and at a rate. It takes more CPU from what is measured than wrk does.</summary>
/// <param name="rate">Requests a second over all connections, evenly spread; 0 = each as soon as the one before is answered.</param>
internal sealed class HttpDriver(int rate) : ILoadDriver
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    public async Task<DriveResult> DriveAsync(Uri url, DriveRequest request, int connections, TimeSpan duration, CancellationToken ct)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, MaxConnectionsPerServer = connections });
        var target = new Uri(url, "v1/chat/completions");
        var body = Encoding.UTF8.GetBytes(request.Body);
        var began = Clock.GetTimestamp();
        var workers = Enumerable.Range(0, connections).Select(
            worker => Task.Run(() => WorkAsync(client, target, body, request, new Pace(began, worker, connections, rate), duration, ct), ct));
        var results = await Task.WhenAll(workers);
        var elapsed = Clock.GetElapsedTime(began);
        var latencies = results.SelectMany(result => result.Latencies).Order().ToArray();
        return new DriveResult(latencies.Length, results.Sum(result => result.Failed), elapsed, At(latencies, 50), At(latencies, 99));
    }

    /// <summary>When one of several workers sends.</summary>
    private readonly record struct Pace(long Began, int Worker, int Workers, int Rate)
    {
        public TimeSpan Wait(int turn) =>
            Rate == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((((double)turn * Workers) + Worker) / Rate) - Clock.GetElapsedTime(Began);
    }

    private static TimeSpan At(long[] sorted, int percent) =>
        sorted.Length == 0 ? TimeSpan.Zero : Clock.GetElapsedTime(0, sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)]);

    private static async Task<(List<long> Latencies, long Failed)> WorkAsync(
        HttpMessageInvoker client, Uri target, byte[] body, DriveRequest request, Pace pace, TimeSpan duration, CancellationToken ct)
    {
        var latencies = new List<long>(4096);
        var failed = 0L;
        for (var turn = 0; Clock.GetElapsedTime(pace.Began) < duration; turn++)
        {
            if (pace.Wait(turn) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, Clock, ct);
            }

            using var message = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body) };
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            message.Headers.Authorization = request.BearerKey is { } key ? new AuthenticationHeaderValue("Bearer", key) : null;
            if (request.HasIdempotencyKey)
            {
                message.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
            }

            var sent = Clock.GetTimestamp();
            try
            {
                using var response = await client.SendAsync(message, ct);
                await response.Content.CopyToAsync(Stream.Null, ct);
                latencies.Add(Clock.GetTimestamp() - sent);
                failed += response.IsSuccessStatusCode ? 0 : 1;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                failed++;
            }
        }

        return (latencies, failed);
    }
}
