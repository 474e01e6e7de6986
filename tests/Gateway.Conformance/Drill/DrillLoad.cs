using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Conformance.Drill;

/// <summary>
/// Clients behind a balancer of the simplest kind: a node that refuses the connection, breaks it off before an answer or says that it is stopping is left for
/// the next one. Everything else is the client's to see.
/// </summary>
internal sealed class DrillLoad : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(30);

    private readonly ConcurrentQueue<DrillAnswer> _answers = [];
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
    private readonly CancellationTokenSource _end;
    private readonly IReadOnlyList<DrillNode> _nodes;
    private readonly string _key;
    private readonly Task _running;

    /// <param name="nodes">Who is asked.</param>
    /// <param name="key">By whom.</param>
    /// <param name="models">What for, in turn.</param>
    /// <param name="clients">How many ask at once.</param>
    /// <param name="ct">The test's.</param>
    public DrillLoad(IReadOnlyList<DrillNode> nodes, string key, IReadOnlyList<string> models, int clients, CancellationToken ct)
    {
        (_nodes, _key) = (nodes, key);
        _end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _running = Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(() => RunAsync(number, models), ct)));
    }

    /// <summary>Answers that began at this time or later.</summary>
    public IReadOnlyList<DrillAnswer> Since(DateTimeOffset time) => [.. _answers.Where(answer => answer.Began >= time)];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        _client.Dispose();
    }

    private async Task RunAsync(int number, IReadOnlyList<string> models)
    {
        for (var i = number; ; i++)
        {
            var began = TimeProvider.System.GetUtcNow();
            var model = models[i % models.Count];
            var answer = await AskAsync(_nodes[i % _nodes.Count], model, began) ?? await AskAsync(_nodes[(i + 1) % _nodes.Count], model, began)
                ?? new DrillAnswer(began, TimeProvider.System.GetUtcNow(), model, null, 0, "no node answers");
            _answers.Enqueue(answer);
            await Task.Delay(Between, TimeProvider.System, _end.Token);
        }
    }

    private async Task<DrillAnswer?> AskAsync(DrillNode node, string model, DateTimeOffset began)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.Address, "v1/chat/completions"))
        {
            Content = new StringContent($$"""{"model":"{{model}}","max_tokens":16,"messages":[{"role":"user","content":"Hello"}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        try
        {
            using var answer = await _client.SendAsync(request, _end.Token);
            var code = answer.IsSuccessStatusCode ? null : (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(_end.Token))?["error"]?["code"];
            return code == "gateway_stopping" ? null : new DrillAnswer(began, TimeProvider.System.GetUtcNow(), model, node.Name, (int)answer.StatusCode, code);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
