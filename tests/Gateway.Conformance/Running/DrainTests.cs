using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Simulator;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Running;

/// <summary>A gateway as a process of its own that is told to end while streams are open: half of them will end by themselves, the others never would.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private const int Each = 100;
    private const string Held = "held";
    private const string Endless = "endless";
    private const string Quick = "quick";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly string _data = Directory.CreateTempSubdirectory("gateway-drain-").FullName;
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
    private SimulatorHost _held = null!; // All three are there once InitializeAsync is through.
    private SimulatorHost _free = null!;
    private GatewayProcess _gateway = null!;
    private string _key = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Catalog => $$"""
        {
          "providers": {
            "held": { "dialect": "openai", "base_url": "{{_held.OpenAiBase}}", "api_key": "k" },
            "free": { "dialect": "openai", "base_url": "{{_free.OpenAiBase}}", "api_key": "k" },
          },
          "models": {
            "{{Held}}": { "tokenizer": "o200k_base", "prices": [{ "from": "2025-01-01", "input": "2.50", "output": "10.00" }], "deployments": [{ "provider": "held", "model": "gpt-4o" }] },
            "{{Endless}}": { "tokenizer": "o200k_base", "prices": [{ "from": "2025-01-01", "input": "2.50", "output": "10.00" }], "deployments": [{ "provider": "free", "model": "gpt-4o;tokens=50;hang_after=3" }] },
            "{{Quick}}": { "prices": [{ "from": "2025-01-01", "input": "2.50", "output": "10.00" }], "deployments": [{ "provider": "free", "model": "gpt-4o;tokens=4" }] },
          },
        }
        """;

    public async ValueTask InitializeAsync()
    {
        _held = await SimulatorHost.StartAsync(new SimulatorOptions { Default = Behavior.Normal with { Hold = _release.Task, HoldAfter = 2, Tokens = 8 } }, Ct);
        _free = await SimulatorHost.StartAsync(new SimulatorOptions(), Ct);
        _gateway = await GatewayProcess.StartAsync(
            new GatewayProcessOptions
            {
                Catalog = Catalog,
                DataDirectory = _data,
                Settings = new Dictionary<string, string> { ["Gateway__ShutdownDelaySeconds"] = "4", ["Gateway__ShutdownGraceSeconds"] = "8" },
            },
            Ct);
        _client.BaseAddress = _gateway.BaseAddress;
        using var admin = new GatewayAdmin(_gateway.BaseAddress, _gateway.AdminKey);
        _key = (await admin.CreateKeyAsync(await admin.CreateTenantAsync("drain", "{}", Ct), "drain", "{}", Ct)).Secret;
    }

    public async ValueTask DisposeAsync()
    {
        _release.TrySetResult();
        _client.Dispose();
        await _gateway.DisposeAsync();
        await _held.DisposeAsync();
        await _free.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Told_to_end_with_200_streams_open_it_takes_no_new_request_ends_or_settles_each_stream_and_leaves_one_row_for_each()
    {
        var held = await BeginAsync(Held);
        var endless = await BeginAsync(Endless);
        var reading = held.Concat(endless).Select(stream => stream.ReadToEndAsync(Ct)).ToList();

        _gateway.Terminate();
        var (statuses, closing) = await AskUntilRefusedAsync();
        _release.SetResult();
        var streams = await Task.WhenAll(reading);
        var exit = await _gateway.StopAsync();

        // Readiness fails first; then, once what was taken meanwhile was answered, nothing is taken any more.
        statuses.ShouldNotBeEmpty();
        statuses.ShouldAllBe(status => status == HttpStatusCode.OK);
        closing.ShouldBeTrue("Answers after the signal should close their connection.");
        exit.ShouldBe(0, _gateway.Output);

        held.ShouldAllBe(stream => stream.IsDone && stream.Cost != null);
        endless.ShouldAllBe(stream => !stream.IsDone && stream.IsBrokenBy("gateway_stopping") && stream.Cost != null);
        var rows = (await CommandAsync("ledger", "list", "--limit", "1000"))["data"]!.AsArray();
        rows.Count.ShouldBe((2 * Each) + statuses.Count);
        var byId = rows.ToDictionary(static row => (string)row!["request_id"]!);
        streams.Select(static stream => stream.RequestId).ShouldBeSubsetOf(byId.Keys);
        held.ShouldAllBe(stream => (string?)byId[stream.RequestId]!["outcome"] == "completed");
        endless.ShouldAllBe(stream => (string?)byId[stream.RequestId]!["outcome"] == "timed_out" && (long)byId[stream.RequestId]!["amount_nano_usd"]! > 0);

        var (code, output, errors) = await GatewayCommand.RunAsync(_data, Settings, Ct, "ledger", "verify");
        code.ShouldBe(0, output + errors);
    }

    private Dictionary<string, string> Settings => new() { ["Gateway__DataDirectory"] = _data };

    private async Task<OpenStream[]> BeginAsync(string model) => await Task.WhenAll(Enumerable.Range(0, Each).Select(_ => OpenStream.BeginAsync(_client, new Uri(_gateway.BaseAddress, "v1/chat/completions"), _key, model, Ct)));

    /// <summary>Asks for readiness, and then for an answer, over and over, from the moment that readiness has failed until a request is refused.</summary>
    /// <returns>The statuses of all answers before the refusal, and whether each closed its connection.</returns>
    private async Task<(List<HttpStatusCode> Taken, bool Closing)> AskUntilRefusedAsync()
    {
        using var timer = new PeriodicTimer(LookEvery, TimeProvider.System);
        string state;
        while ((state = await ReadyAsync()) != "stopping")
        {
            state.ShouldBe("ready");
            await timer.WaitForNextTickAsync(Ct);
        }

        var (taken, closing) = (new List<HttpStatusCode>(), true);
        while (true)
        {
            using var answer = await AskAsync();
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["error"]!;
                ((string?)error["code"], answer.Headers.RetryAfter?.Delta, answer.Headers.ConnectionClose).ShouldBe(("gateway_stopping", TimeSpan.FromSeconds(1), true));
                (await ReadyAsync()).ShouldBe("stopping");
                return (taken, closing);
            }

            taken.Add(answer.StatusCode);
            closing &= answer.Headers.ConnectionClose == true;
            await timer.WaitForNextTickAsync(Ct);
        }
    }

    private async Task<string> ReadyAsync()
    {
        using var answer = await _client.GetAsync(new Uri("health/ready", UriKind.Relative), Ct);
        var state = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["status"]!;
        answer.StatusCode.ShouldBe(state == "ready" ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable);
        return state;
    }

    private async Task<HttpResponseMessage> AskAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v1/chat/completions", UriKind.Relative))
        {
            Content = new StringContent($$"""{"model":"{{Quick}}","messages":[{"role":"user","content":"Hello"}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        return await _client.SendAsync(request, Ct);
    }

    private async Task<JsonNode> CommandAsync(params string[] arguments)
    {
        var (code, output, errors) = await GatewayCommand.RunAsync(_data, Settings, Ct, [.. arguments, "--json"]);
        code.ShouldBe(0, errors);
        return JsonNode.Parse(output)!;
    }
}
