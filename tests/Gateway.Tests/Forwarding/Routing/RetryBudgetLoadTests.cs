using System.Net;
using System.Text;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

/// <summary>A deployment that fails a third of its calls, too few for its breaker, while its card would have each of them tried again.</summary>
public sealed class RetryBudgetLoadTests : GatewayTest
{
    private const int Clients = 8;
    private const int Requests = 2000;
    private const int Burst = 100;

    protected override GatewayAppOptions Options => new()
    {
        Catalog = simulator => RoutingCatalog.For(
            simulator, """ "m": { "deployments": [{ "provider": "a", "model": "x" }], "retries": { "attempts": 3, "same_deployment": 2, "backoff": "1ms" } } """),
    };

    [Fact]
    public async Task Retries_add_no_more_than_a_fifth_beyond_the_burst()
    {
        var (well, ill) = (Behavior.Parse("text=a"), Behavior.Parse("status=500"));
        for (var i = 0; i < Requests; i++)
        {
            App.Simulator.Script.Enqueue(ill, well, well);
        }

        var (asked, failed) = (0, 0);
        using var client = App.Client();
        var body = Encoding.UTF8.GetBytes(ChatBody.Text("hello", "m"));
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            while (Interlocked.Increment(ref asked) <= Requests)
            {
                using var response = await GatewayApp.ChatAsync(client, body, HttpCompletionOption.ResponseContentRead, Timeout);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        }));

        // Without a budget each third call would be made again: half as many again, and none would fail.
        var retries = App.Simulator.Requests.Total - Requests;
        TestContext.Current.TestOutputHelper?.WriteLine($"{Requests} requests, {retries} retries, {failed} failed");
        retries.ShouldBeLessThanOrEqualTo(Burst + (Requests / 5));
        retries.ShouldBeGreaterThan(Burst + (Requests / 10), "A fifth of the first requests comes back into the budget.");
        failed.ShouldBeGreaterThan(0);
        (await HealthyAsync()).ShouldBeTrue("The breaker opened, so that nothing was learnt of the budget.");
    }

    private async Task<bool> HealthyAsync()
    {
        using var client = App.Client(GatewayApp.AdminKey);
        return (await client.GetStringAsync("/admin/v1/providers", Timeout)).Contains("\"state\":\"closed\"", StringComparison.Ordinal);
    }
}
