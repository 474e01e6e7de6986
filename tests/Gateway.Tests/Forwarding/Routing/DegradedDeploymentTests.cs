using System.Net;
using Gateway.Simulator;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

/// <summary>One of three deployments begins to fail all its calls while the gateway is under load.</summary>
public sealed class DegradedDeploymentTests : IAsyncLifetime
{
    private const int Clients = 16;

    private SimulatorHost _ill = null!; // Both are set before any test runs.
    private GatewayApp _app = null!;

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _ill = await SimulatorHost.StartAsync(new SimulatorOptions(), Timeout);
        _app = await GatewayApp.StartAsync(new GatewayAppOptions
        {
            Catalog = simulator => RoutingCatalog.For(
                simulator,
                """ "m": { "deployments": [{ "provider": "a", "model": "x" }, { "provider": "b", "model": "x" }, { "provider": "ill", "model": "x" }], "retries": { "backoff": "5ms" } } """,
                $$""" "ill": { "dialect": "openai", "base_url": "{{_ill.OpenAiBase}}" } """),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _ill.DisposeAsync();
    }

    [Fact]
    public async Task Clients_do_not_notice_and_its_share_is_below_a_hundredth_two_seconds_later()
    {
        using var client = _app.Client();
        var body = System.Text.Encoding.UTF8.GetBytes(ChatBody.Text("hello", "m"));
        await RunAsync(client, body, TimeSpan.FromSeconds(1));
        var served = _ill.Requests.Total;
        served.ShouldBeGreaterThan(0);

        _ill.Script.Otherwise = Behavior.Parse("status=500");
        var (asked, failed) = await RunAsync(client, body, TimeSpan.FromSeconds(2));
        var before = _ill.Requests.Total;
        var (later, failedLater) = await RunAsync(client, body, TimeSpan.FromSeconds(2), atLeast: 2000);

        TestContext.Current.TestOutputHelper?.WriteLine($"{asked} + {later} requests, {failed + failedLater} failed; the ill one got {before - served} and then {_ill.Requests.Total - before}");
        (failed + failedLater).ShouldBe(0);
        (_ill.Requests.Total - before).ShouldBeLessThan(later / 100);
    }

    /// <summary>Asks for so long, and so often: of a few requests one is too much of a share.</summary>
    private static async Task<(int Asked, int Failed)> RunAsync(HttpClient client, byte[] body, TimeSpan duration, int atLeast = 0)
    {
        var (asked, failed) = (0, 0);
        var begun = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            while (TimeProvider.System.GetElapsedTime(begun) < duration || Volatile.Read(ref asked) < atLeast)
            {
                using var response = await GatewayApp.ChatAsync(client, body, HttpCompletionOption.ResponseContentRead, Timeout);
                Interlocked.Increment(ref asked);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        }));
        return (asked, failed);
    }
}
