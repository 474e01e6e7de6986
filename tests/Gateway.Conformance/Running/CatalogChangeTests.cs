using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Simulator;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Running;

/// <summary>The catalog of a running gateway, rewritten over and over while clients ask: sound, unsound and half written.</summary>
public sealed class CatalogChangeTests : IAsyncLifetime
{
    private const int Clients = 8;
    private const int Rounds = 3;

    private static readonly string[] Prices = ["1.00", "2.00", "4.00"];

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
    private readonly ConcurrentQueue<string> _failures = [];
    private SimulatorHost _provider = null!; // All are there once InitializeAsync is through.
    private GatewayProcess _gateway = null!;
    private GatewayAdmin _admin = null!;
    private GatewayKey _key = null!;
    private int _answers;
    private volatile bool _stopping;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await SimulatorHost.StartAsync(new SimulatorOptions(), Ct);
        _gateway = await GatewayProcess.StartAsync(new GatewayProcessOptions { Catalog = Catalog(0) }, Ct);
        _client.BaseAddress = _gateway.BaseAddress;
        _admin = new GatewayAdmin(_gateway.BaseAddress, _gateway.AdminKey);
        _key = await _admin.CreateKeyAsync(await _admin.CreateTenantAsync("change", "{}", Ct), "change", "{}", Ct);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        _client.Dispose();
        await _gateway.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Catalog_rewritten_under_load_fails_no_request_and_is_refused_whole_where_it_is_unsound()
    {
        var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(() => AskAsync(number), Ct)));
        for (var version = 1; version <= Rounds; version++)
        {
            await WriteAsync(Catalog(version)[..^20]);
            await RefusedAsync(2 * version - 1);
            await WriteAsync(Catalog(version).Replace("\"provider\": \"sim\"", "\"provider\": \"nobody\"", StringComparison.Ordinal));
            await RefusedAsync(2 * version);
            await WaitAsync(async () => await StateAsync() == "degraded");
            (await ModelsAsync()).ShouldContain($"v{version - 1}");

            await WriteAsync(Catalog(version));
            await LinesAsync("is in force: ", version + 1);
            (await ModelsAsync()).ShouldContain($"v{version}");
            await WaitAsync(async () => await StateAsync() == "ready");
            var before = Volatile.Read(ref _answers);
            await WaitAsync(() => Volatile.Read(ref _answers) > before + (2 * Clients));
        }

        _stopping = true;
        await load;

        _failures.ShouldBeEmpty();
        var rows = await _admin.LedgerAsync(_key, Ct);
        rows.Select(static row => (string?)JsonNode.Parse(row["price"]!.GetValueKind() == System.Text.Json.JsonValueKind.String ? (string)row["price"]! : row["price"]!.ToJsonString())!["input"])
            .Distinct().ShouldBeSubsetOf(Prices.Select(static price => (string?)price.TrimEnd('0').TrimEnd('.')).Concat(Prices));
        var scrape = Scrape.Parse(await _client.GetStringAsync(new Uri("metrics", UriKind.Relative), Ct));
        (string, int)[] expected = [("taken", Rounds), ("refused", 2 * Rounds), ("unreadable", 0)];
        foreach (var (result, count) in expected)
        {
            scrape.Sum("gateway_catalog_reloads_total", ("gateway_catalog_result", result)).ShouldBe(count, result);
        }

        (await _gateway.StopAsync()).ShouldBe(0, _gateway.Output);
    }

    private string Catalog(int version) => $$"""
        {
          "providers": { "sim": { "dialect": "openai", "base_url": "{{_provider.OpenAiBase}}", "api_key": "k" } },
          "models": {
            "steady": { "prices": [{ "from": "2025-01-01", "input": "{{Prices[version % Prices.Length]}}", "output": "10.00" }], "deployments": [{ "provider": "sim", "model": "gpt-4o;tokens=6;pace=5ms" }] },
            "v{{version}}": { "prices": [{ "from": "2025-01-01", "input": "1.00", "output": "10.00" }], "deployments": [{ "provider": "sim", "model": "gpt-4o" }] },
          },
        }
        """;

    // Renamed into place, as editors and Kubernetes do: one change is one change.
    private async Task WriteAsync(string text)
    {
        var beside = $"{_gateway.CatalogPath}.new";
        await File.WriteAllTextAsync(beside, text, Ct);
        File.Move(beside, _gateway.CatalogPath, overwrite: true);
    }

    private Task RefusedAsync(int count) => LinesAsync("is refused for", count);

    private Task LinesAsync(string part, int count) =>
        WaitAsync(() => _gateway.Output.Split('\n').Count(line => line.Contains(part, StringComparison.Ordinal)) >= count);

    private static Task WaitAsync(Func<bool> condition) => WaitAsync(() => Task.FromResult(condition()));

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(Ct);
        }
    }

    private async Task<string?> StateAsync() => (string?)JsonNode.Parse(await _client.GetStringAsync(new Uri("health/ready", UriKind.Relative), Ct))!["status"];

    private async Task<string> ModelsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("v1/models", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key.Secret);
        using var answer = await _client.SendAsync(request, Ct);
        return await answer.Content.ReadAsStringAsync(Ct);
    }

    private async Task AskAsync(int number)
    {
        var stream = number % 2 == 0;
        while (!_stopping)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v1/chat/completions", UriKind.Relative))
            {
                Content = new StringContent($$"""{"model":"steady","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Hello"}]}""", Encoding.UTF8, "application/json"),
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key.Secret);
            using var answer = await _client.SendAsync(request, Ct);
            var body = await answer.Content.ReadAsStringAsync(Ct);
            if (!answer.IsSuccessStatusCode || (stream && !body.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal)))
            {
                _failures.Enqueue($"{(int)answer.StatusCode}: {body}");
            }

            Interlocked.Increment(ref _answers);
        }
    }
}
