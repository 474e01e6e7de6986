using System.Net;
using Gateway.Simulator;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

/// <summary>Several keys of one provider. The simulator behind it lets in any.</summary>
public sealed class ApiKeyTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private SimulatorHost _provider = null!; // Both are set before any test runs.
    private GatewayApp _app = null!;

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await SimulatorHost.StartAsync(new SimulatorOptions(), Timeout);
        _app = await GatewayApp.StartAsync(new GatewayAppOptions
        {
            Time = _clock,
            Catalog = simulator => RoutingCatalog.For(
                simulator,
                """ "m": { "deployments": [{ "provider": "many", "model": "x" }], "retries": { "attempts": 1 } } """,
                $$""" "many": { "dialect": "openai", "base_url": "{{_provider.OpenAiBase}}", "api_key": "k1", "api_keys": ["k2", "${GATEWAY_TESTS_NO_SUCH_VARIABLE}", "k3"] } """),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Keys_are_used_in_turn()
    {
        await AskAsync(4);

        Used().ShouldBe(["k1", "k2", "k3", "k1"]);
    }

    [Theory]
    [InlineData("status=401", 60)]
    [InlineData("status=403", 60)]
    [InlineData("status=429;code=insufficient_quota", 300)]
    [InlineData("status=429;retry_after=20", 20)]
    public async Task Key_that_is_refused_rests_and_the_next_serves_in_its_place(string refusal, int restSeconds)
    {
        _provider.Script.Enqueue(refusal);

        await AskAsync(3);
        Used().ShouldBe(["k1", "k2", "k3", "k2"]);

        _clock.Advance(TimeSpan.FromSeconds(restSeconds - 1));
        await AskAsync(2);
        Used()[4..].ShouldNotContain("k1");

        _clock.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(3);
        Used()[6..].ShouldContain("k1");
    }

    [Fact]
    public async Task Each_key_is_tried_once_before_the_request_fails()
    {
        _provider.Script.Enqueue("status=429", "status=401", "status=429;retry_after=5", "text=nobody asks");

        using var response = await _app.ChatAsync(ChatBody.Text("hello", "m"));

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Header("retry-after").ShouldBe("1");
        Used().ShouldBe(["k1", "k2", "k3"]);
    }

    private List<string> Used() => [.. _provider.Requests.Snapshot().Select(request => request.Header("Authorization")!["Bearer ".Length..])];

    private async Task AskAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var response = await _app.ChatAsync(ChatBody.Text("hello", "m"));
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }
}
