using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Gateway.Benchmarks.Driving;
using Gateway.Benchmarks.Servers;

namespace Gateway.Benchmarks.Memory;

/// <summary>What a large picture costs the gateway at its peak, and what a stream costs while nothing comes.</summary>
internal static class MemoryCommand
{
    private const double MostOfBody = 2.0;
    private const long MostForStreams = 50_000_000;
    private const int FurtherBodies = 5;
    private const int WarmUpRequests = 300;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(MemoryOptions options, CancellationToken ct)
    {
        Prerequisites.Check();
        var failed = await MeasureBodiesAsync(options, ct);
        failed += await MeasureStreamsAsync(options, ct);
        await Console.Out.WriteLineAsync($"failed: {failed}");
        return failed == 0 ? 0 : 1;
    }

    private static async Task<int> MeasureBodiesAsync(MemoryOptions options, CancellationToken ct)
    {
        using var workspace = new Workspace();
        await using var upstream = await Upstream.StartAsync(workspace, ct);
        await using var gateway = await GatewayServer.StartAsync(workspace, upstream.Url, options.Gateway, ct);
        using var client = ClientFor(gateway);
        var failed = await WarmUpAsync(client, ct);

        var body = Encoding.UTF8.GetBytes(ChatBodies.LargeImage(BenchmarkCatalog.Model, options.Megabytes * 1_000_000));
        var figures = gateway.Process.Figures;
        await Console.Out.WriteLineAsync(Line($"a body of {body.Length / 1e6:F1} MB, one data URL; target: at most {MostOfBody:F1} x its size at the peak"));
        var (growth, failures) = await PeakAsync(figures, () => SendAsync(client, body, ct), ct);
        await Console.Out.WriteLineAsync(Line($"  the first:           +{growth / 1e6,6:F1} MB at the peak = {(double)growth / body.Length:F2} x"));
        failed += failures;

        (growth, failures) = await PeakAsync(
            figures,
            async () =>
            {
                var lost = 0;
                for (var i = 0; i < FurtherBodies; i++)
                {
                    lost += await SendAsync(client, body, ct);
                }

                return lost;
            },
            ct);
        await Console.Out.WriteLineAsync(Line($"  {FurtherBodies} more in turn:      +{growth / 1e6,6:F1} MB at the peak over what was left of the first = {(double)growth / body.Length:F2} x"));
        return failed + failures;
    }

    private static async Task<int> MeasureStreamsAsync(MemoryOptions options, CancellationToken ct)
    {
        using var workspace = new Workspace();
        await using var upstream = await Upstream.StartAsync(workspace, ct);
        await using var gateway = await GatewayServer.StartAsync(workspace, upstream.Url, options.Gateway, ct);
        using var client = ClientFor(gateway);
        var failed = await WarmUpAsync(client, ct);

        var figures = gateway.Process.Figures;
        await Task.Delay(Settle, TimeProvider.System, ct);
        var before = figures.ResidentBytes();
        var body = Encoding.UTF8.GetBytes(ChatBodies.SmallImage(BenchmarkCatalog.IdleModel, stream: true));
        var open = new List<HttpResponseMessage>();
        try
        {
            for (var i = 0; i < options.Streams; i++)
            {
                var response = await client.SendAsync(Message(body), HttpCompletionOption.ResponseHeadersRead, ct);
                open.Add(response);
                failed += response.IsSuccessStatusCode ? 0 : 1;
            }

            // Each has begun: its first event is here, and nothing more comes.
            foreach (var response in open)
            {
                var stream = await response.Content.ReadAsStreamAsync(ct);
                _ = await stream.ReadAsync(new byte[4096], ct);
            }

            await Task.Delay(Settle, TimeProvider.System, ct);
            var growth = figures.ResidentBytes() - before;
            await Console.Out.WriteLineAsync(Line(
                $"{options.Streams} idle streams: +{growth / 1e6:F1} MB, {growth / 1e3 / options.Streams:F1} kB each; target: at most {MostForStreams / 1e6 * options.Streams / 500:F0} MB"));
        }
        finally
        {
            open.ForEach(response => response.Dispose());
        }

        return failed;
    }

    private static async Task<(long Growth, int Failed)> PeakAsync(ProcessFigures figures, Func<Task<int>> act, CancellationToken ct)
    {
        await Task.Delay(Settle, TimeProvider.System, ct);
        var before = figures.ResidentBytes();
        if (!figures.TryResetPeak())
        {
            throw new CannotMeasureException("The kernel does not let the peak of the resident memory be reset (/proc/PID/clear_refs).");
        }

        var failed = await act();
        return (figures.PeakResidentBytes() - before, failed);
    }

    // Code that is compiled and pools that are filled belong to no request.
    private static async Task<int> WarmUpAsync(HttpClient client, CancellationToken ct)
    {
        var failed = 0;
        foreach (var body in new[] { ChatBodies.SmallImage(BenchmarkCatalog.Model, stream: false), ChatBodies.SmallImage(BenchmarkCatalog.Model, stream: true) })
        {
            for (var i = 0; i < WarmUpRequests; i++)
            {
                failed += await SendAsync(client, Encoding.UTF8.GetBytes(body), ct);
            }
        }

        return failed;
    }

    private static HttpClient ClientFor(GatewayServer gateway)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.Process.Url, Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Key);
        return client;
    }

    private static HttpRequestMessage Message(byte[] body) => new(HttpMethod.Post, "v1/chat/completions")
    {
        Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
    };

    private static async Task<int> SendAsync(HttpClient client, byte[] body, CancellationToken ct)
    {
        using var message = Message(body);
        using var response = await client.SendAsync(message, ct);
        return response.IsSuccessStatusCode ? 0 : 1;
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
